/**
 * The server's figures in the text format of Prometheus, with those of the process. Figures are read on request, and cost nothing
 * otherwise: prom-client's 140 modules are loaded at the first request.
 */

import type { Counter, Gauge, Registry } from 'prom-client';
import type { MetricRow, MetricRows } from './metric-row.ts';

interface Instruments<Figures> {
  registry: Registry;
  gauges: { row: MetricRow<Figures>; gauge: Gauge }[];
  counters: { row: MetricRow<Figures>; counter: Counter }[];
}

export class Metrics<Figures> {
  /** Prometheus exposition format, as prom-client writes it. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #rows: MetricRows<Figures>;
  readonly #read: () => Figures;
  #instruments: Promise<Instruments<Figures>> | undefined;

  constructor(rows: MetricRows<Figures>, read: () => Figures) {
    this.#rows = rows;
    this.#read = read;
  }

  async text(): Promise<string> {
    const { registry, gauges, counters } = await (this.#instruments ??= instruments(this.#rows));
    const figures = this.#read();
    for (const { row, gauge } of gauges) {
      // A removed camera has no value any more.
      gauge.reset();
      for (const [labels, value] of valuesOf(row, figures)) gauge.set(labels, value);
    }
    for (const { row, counter } of counters) {
      counter.reset();
      for (const [labels, value] of valuesOf(row, figures)) counter.inc(labels, value);
    }
    return registry.metrics();
  }
}

async function instruments<Figures>(rows: MetricRows<Figures>): Promise<Instruments<Figures>> {
  const { collectDefaultMetrics, Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    gauges: rows.gauges.map((row) => ({ row, gauge: new Gauge({ ...declared(row), registers }) })),
    counters: rows.counters.map((row) => ({ row, counter: new Counter({ ...declared(row), registers }) })),
  };
}

function declared({ name, help, label }: Pick<MetricRow<never>, 'name' | 'help' | 'label'>) {
  return { name, help, labelNames: label === undefined ? [] : [label] };
}

function valuesOf<Figures>(
  { label, read }: MetricRow<Figures>,
  figures: Figures,
): [Record<string, string>, number][] {
  const values = read(figures);
  if (values === null || values === undefined) return [];
  if (typeof values === 'number') return [[{}, values]];
  return Object.entries(values).flatMap(([word, value]): [Record<string, string>, number][] =>
    value === null || value === undefined ? [] : [[{ [label ?? '']: word }, value]],
  );
}
