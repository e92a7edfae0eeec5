import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from '@playwright/test'
import { people } from './people.ts'
import { cookieOf } from './signed-in.ts'

export const desktop = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

const folder = process.argv[2] ?? '.'

/** A browser of the administrator. */
export async function openAsAdmin(
  browser: Browser,
  url: string,
  look: { viewport: typeof desktop; colorScheme?: 'dark' },
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url, locale: 'en-US', ...look })
  const [name = '', ...rest] = (await cookieOf(url, people.admin)).split('=')
  await context.addCookies([{ name, value: rest.join('='), url }])
  return { context, page: await context.newPage() }
}

/** A picture of a page when it stands and shows what `sees` says. */
export async function take(
  page: Page,
  { path, name, sees }: { path: string; name: string; sees: string },
): Promise<void> {
  await page.goto(path)
  await page.getByText(sees).first().waitFor()
  await shoot(page, name)
}

/** When nothing moves any more. Of a part of the page, if one is given. */
export async function shoot(page: Page, name: string, part: Page | Locator = page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'))
  await page.evaluate(async () => {
    await document.fonts.ready
    const moving = document.getAnimations().filter(each => each.playState === 'running')
    const ending = moving.filter(each => Number.isFinite(each.effect?.getComputedTiming().endTime))
    await Promise.allSettled(ending.map(each => each.finished))
  })
  await part.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
}
