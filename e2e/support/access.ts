import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Nothing is being read, and nothing moves or changes its colour any more: half-way it is not what anybody is to use. */
async function atRest(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy="true"], .mantine-Skeleton-root')).toHaveCount(0)
  await page.evaluate(async () => {
    const moving = document.getAnimations().filter(each => each.playState === 'running')
    const ending = moving.filter(each => Number.isFinite(each.effect?.getComputedTiming().endTime))
    await Promise.allSettled(ending.map(each => each.finished))
  })
}

/** On a phone: once the page has taken note of the window, it does not scroll sideways. */
export async function expectNarrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth), {
      message: 'how wide the page is on a phone',
    })
    .toBeLessThanOrEqual(390)
}

/** What axe holds against the page, but the trifles; with rules, by these alone. */
export async function faults(page: Page, rules: readonly string[] = []): Promise<string[]> {
  await atRest(page)
  // The other mode opens one more page, to bring together what frames say: there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  // The choices of a field, which may be long by now, are gone through with its own arrow keys.
  axe.exclude('[role="listbox"] .mantine-ScrollArea-root')
  if (rules.length > 0) axe.withRules([...rules])
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`)
}

/** Axe finds nothing serious, in the dark neither, and on a phone the page does not scroll sideways. */
export async function expectUsable(page: Page): Promise<void> {
  expect(await faults(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  // Another theme changes nothing else.
  expect(await faults(page, ['color-contrast']), 'in the dark').toEqual([])
  await expectNarrow(page)
}
