// `npm run coverage:behaviours`: which behaviours have a test whose title begins with their ID, group by group.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const listed = readFileSync(`${root}docs/behaviours.txt`, 'utf8').split('\n').filter(Boolean)

/** IDs that titles begin with: of all text in a test file, only a title does. One may begin with several. */
function idsInTitles(): Set<string> {
  const files = globSync('{packages,apps,e2e,tools}/**/*.{test,e2e}.{ts,tsx}', {
    cwd: root,
    exclude: path => path.includes('node_modules'),
  })
  const beginnings = files.flatMap(file =>
    Array.from(
      readFileSync(`${root}${file}`, 'utf8').matchAll(/['"`]((?:[A-Z]{3}-\d{2}[ ,]+)+)/g),
      match => match[1]!,
    ),
  )
  return new Set(beginnings.flatMap(text => text.match(/[A-Z]{3}-\d{2}/g) ?? []))
}

const covered = idsInTitles()
const groups = Map.groupBy(listed, id => id.slice(0, 3))
for (const [group, ids] of groups) {
  const missing = ids.filter(id => !covered.has(id))
  console.log(
    `${group}  ${String(ids.length - missing.length).padStart(2)} of ${String(ids.length).padStart(2)}${missing.length > 0 ? `   missing: ${missing.join(' ')}` : ''}`,
  )
}
const unknown = [...covered].filter(id => !listed.includes(id)).toSorted()
if (unknown.length > 0) {
  console.error(`Titles carry IDs that are not in docs/behaviours.txt: ${unknown.join(' ')}`)
  process.exitCode = 1
}
const count = listed.filter(id => covered.has(id)).length
console.log(`${count} of ${listed.length} behaviours have a test, ${listed.length - count} do not`)
