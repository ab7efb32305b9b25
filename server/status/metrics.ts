/**
 * The server's figures in the text format of Prometheus, with those of the process. Figures are read when they are asked for,
 * and cost nothing else.
 */

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { COUNTERS, GAUGES, type Figures, type MetricRow } from './metrics-table.ts';

export class Metrics {
  readonly #registry = new Registry();
  readonly #read: () => Figures;
  readonly #gauges: { row: MetricRow; gauge: Gauge }[];
  readonly #counters: { row: MetricRow; counter: Counter }[];

  constructor(read: () => Figures) {
    this.#read = read;
    collectDefaultMetrics({ register: this.#registry });
    const registers = [this.#registry];
    this.#gauges = GAUGES.map((row) => ({ row, gauge: new Gauge({ ...declared(row), registers }) }));
    this.#counters = COUNTERS.map((row) => ({ row, counter: new Counter({ ...declared(row), registers }) }));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    const figures = this.#read();
    for (const { row, gauge } of this.#gauges) {
      // A camera that was removed has no value any more.
      gauge.reset();
      for (const [labels, value] of valuesOf(row, figures)) gauge.set(labels, value);
    }
    for (const { row, counter } of this.#counters) {
      counter.reset();
      for (const [labels, value] of valuesOf(row, figures)) counter.inc(labels, value);
    }
    return this.#registry.metrics();
  }
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
