/**
 * The server's figures in the text format of Prometheus, with those of the process. Figures are read on request, and cost nothing
 * otherwise: prom-client's 140 modules are loaded at the first request.
 */

import type { Counter, Gauge, Registry } from 'prom-client';
import { COUNTERS, GAUGES, type Figures, type MetricRow } from './metrics-table.ts';

interface Instruments {
  registry: Registry;
  gauges: { row: MetricRow; gauge: Gauge }[];
  counters: { row: MetricRow; counter: Counter }[];
}

export class Metrics {
  /** Prometheus exposition format, as prom-client writes it. */
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #read: () => Figures;
  #instruments: Promise<Instruments> | undefined;

  constructor(read: () => Figures) {
    this.#read = read;
  }

  async text(): Promise<string> {
    const { registry, gauges, counters } = await (this.#instruments ??= instruments());
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

async function instruments(): Promise<Instruments> {
  const { collectDefaultMetrics, Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    gauges: GAUGES.map((row) => ({ row, gauge: new Gauge({ ...declared(row), registers }) })),
    counters: COUNTERS.map((row) => ({ row, counter: new Counter({ ...declared(row), registers }) })),
  };
}

function declared({ name, help, label }: MetricRow) {
  return { name, help, labelNames: label === undefined ? [] : [label] };
}

function valuesOf({ label, read }: MetricRow, figures: Figures): [Record<string, string>, number][] {
  const values = read(figures);
  if (values === null || values === undefined) return [];
  if (typeof values === 'number') return [[{}, values]];
  return Object.entries(values).flatMap(([word, value]): [Record<string, string>, number][] =>
    value === null || value === undefined ? [] : [[{ [label ?? '']: word }, value]],
  );
}
