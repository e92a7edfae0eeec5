import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** What axe holds against the page, but the trifles; with rules, by these alone. */
export async function faults(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // The other mode opens one more page, to bring together what frames say: there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
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
  await page.setViewportSize({ width: 390, height: 844 })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide, 'the page scrolls sideways on a phone').toBeLessThanOrEqual(390)
}
