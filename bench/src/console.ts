import { chromium, type Response } from '@playwright/test'
import { chromiumLaunch } from '@capstan/testkit/chromium'
import { startSystem } from '@capstan/testkit/system'
import type { Figures } from './main.ts'
import { median, rounded } from './statistics.ts'

const visits = 5

/** JavaScript that a browser loads until the Sessions page stands, gzipped; and its largest contentful paint on this machine. */
export async function consoleBench(): Promise<Figures> {
  const system = await startSystem({ env: { CAPSTAN_RUNTIME: 'process' } })
  const browser = await chromium.launch(chromiumLaunch)
  try {
    const context = await browser.newContext({
      baseURL: system.url,
      viewport: { width: 1440, height: 900 },
    })
    await context.request.post('/api/v1/sign-in', {
      data: { email: system.email, password: system.password },
    })
    const paints: number[] = []
    let bytes = 0
    for (let visit = 0; visit < visits; visit++) {
      const page = await context.newPage()
      const arrived: Response[] = []
      page.on('response', response => arrived.push(response))
      await page.goto('/sessions')
      await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor()
      // What comes once the page stands (the bell, its words) holds nobody up.
      if (visit === 0) bytes = await scriptBytes(arrived.splice(0))
      await page.waitForLoadState('load')
      paints.push(await page.evaluate(largestPaint))
      await page.close()
    }
    return {
      jsKb: rounded(bytes / 1000),
      lcpMs: rounded(median(paints)),
      firstLcpMs: rounded(paints[0]!),
    }
  } finally {
    await browser.close()
    await system.stop()
  }
}

/** As they came over the wire, compressed. */
async function scriptBytes(responses: readonly Response[]): Promise<number> {
  const scripts = responses.filter(response => response.url().endsWith('.js'))
  const sizes = await Promise.all(scripts.map(response => response.request().sizes()))
  return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0)
}

/** Runs in the page: milliseconds from the navigation to the largest paint so far. */
function largestPaint(): Promise<number> {
  return new Promise(resolve => {
    new PerformanceObserver(list => resolve(list.getEntries().at(-1)!.startTime)).observe({
      type: 'largest-contentful-paint',
      buffered: true,
    })
  })
}
