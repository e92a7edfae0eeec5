// Pictures of schedulers and agent selections for docs/administration: `node e2e/scheduling-screenshots.ts FOLDER`, after
// `npm run build`. The same sessions are asked for under each setting, of a real system; only the containers are not real.
import { chromium } from '@playwright/test'
import { chromiumLaunch } from '@capstan/testkit/chromium'
import { people } from './support/people.ts'
import { desktop, openAsAdmin } from './support/pictures.ts'
import { takeSelectors } from './support/selector-pictures.ts'
import { makeQueue, takeSchedulers } from './support/scheduler-pictures.ts'
import setup from './support/setup.ts'
import { signedIn } from './support/signed-in.ts'

const stop = await setup()
try {
  const url = process.env['CAPSTAN_E2E_URL'] ?? ''
  const call = await signedIn(url, people.admin)
  const browser = await chromium.launch(chromiumLaunch)
  const { page } = await openAsAdmin(browser, url, { viewport: desktop })
  await takeSelectors(page, url, call)
  const endQueue = await makeQueue(url, call)
  await takeSchedulers(page, call)
  await endQueue()
  await browser.close()
} finally {
  await stop()
}
