import { collectDefaultMetrics, Histogram, register } from 'prom-client'

collectDefaultMetrics()

export const requestSeconds = new Histogram({
  name: 'capstan_http_request_seconds',
  help: 'Duration of HTTP requests, by route and status',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
})

export const turnSeconds = new Histogram({
  name: 'capstan_loop_turn_seconds',
  help: 'Duration of turns of background loops, by loop and outcome',
  labelNames: ['loop', 'outcome'],
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
})

/** All metrics of this process in the text format of Prometheus. */
export const scrape = async (): Promise<{ type: string; text: string }> => ({
  type: register.contentType,
  text: await register.metrics(),
})
