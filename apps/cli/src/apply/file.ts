import { Declaration } from '@capstan/contract/declaration'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import type * as z from 'zod'

type Path = readonly (string | number)[]

export interface DeclarationFile {
  readonly declaration: Declaration
  /** `lab.yaml:3:5: users[0].policy: there is none`, where the path, or what is there of it, stands. */
  readonly complaint: (path: Path, message: string) => string
}

/** Reads a declaration. Throws all that is wrong with it, each with line, column and key. */
export function parseDeclaration(text: string, name: string): DeclarationFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0)
    throw new Error(faults.map(({ pos, message }) => `${at(pos[0])}: ${message}`).join('\n'))
  const complaint = (path: Path, message: string): string =>
    `${at(offsetOf(document, path))}: ${path.length === 0 ? '' : `${writePath(path)}: `}${message}`
  const plain = toPlain(document, at) ?? {}
  const read = Declaration.safeParse(plain)
  if (read.success) return { declaration: read.data, complaint }
  throw new Error(
    read.error.issues
      .flatMap(issue => faultsOf(issue, plain))
      .map(({ path, message }) => complaint(path, message))
      .join('\n'),
  )
}

function toPlain(document: Document, at: (offset: number) => string): unknown {
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return
      throw new Error(`${at(alias.range?.[0] ?? 0)}: nothing is marked with &${alias.source}`)
    },
  })
  try {
    return document.toJS()
  } catch (error) {
    // Aliases of aliases that grow without end.
    throw new Error(`${at(0)}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function faultsOf(issue: z.core.$ZodIssue, plain: unknown): { path: Path; message: string }[] {
  const path = issue.path.map(part => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ path: [...path, key], message: 'there is no such key' }))
  const isMissing = issue.code === 'invalid_type' && valueAt(plain, path) === undefined
  return [{ path, message: isMissing ? 'is missing' : issue.message }]
}

const valueAt = (plain: unknown, path: Path): unknown =>
  path.reduce(
    (value, part) =>
      typeof value === 'object' && value !== null
        ? // Whatever YAML makes is a plain object or list.
          (value as Readonly<Record<string, unknown>>)[part]
        : undefined,
    plain,
  )

/** `users[0].keypair.policy`. */
const writePath = (path: Path): string =>
  path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`,
    )
    .join('')

/** Where the key or the entry that a path leads to begins, or the last of it that there is. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair || !isScalar(pair.key)) return offset
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      const item: unknown = node.items[part]
      if (!isMap(item) && !isScalar(item) && !isSeq(item)) return offset
      offset = item.range?.[0] ?? offset
      node = item
    } else return offset
  }
  return offset
}
