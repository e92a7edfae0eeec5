/** Where a GPU is: null where that is not told, or where it has no fast link to another. */
export interface Place {
  readonly numaNode: number | null
  readonly linkGroup: string | null
}

/** Terminal colours: the header is underlined, also where nobody looks. */
// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[[0-9;]*m/g

/** Columns are apart by tabs, in some versions by spaces; names of columns have single spaces in them. */
const cellsOf = (line: string): string[] =>
  line
    .split(/\t+|\s{2,}/)
    .map(cell => cell.trim())
    .filter(cell => cell !== '')

const gpuName = /^GPU(\d+)$/

/**
 * Reads the table of `nvidia-smi topo -m`, by the index of the GPU. GPUs that are joined by NVLinks (`NV1`, `NV12` …), directly
 * or over others, are of one group. Cells are found by the names of the columns: other devices have columns as well, and
 * which ones come last differs between versions. Empty where it is not such a table.
 */
export function parseTopology(text: string): Map<number, Place> {
  const lines = text.replaceAll(colours, '').split(/\r?\n/)
  const at = lines.findIndex(line => gpuName.test(cellsOf(line)[0] ?? '') && !/\sX\s/.test(line))
  const header = cellsOf(lines[at] ?? '')
  const numaColumn = header.indexOf('NUMA Affinity')
  const rows = lines.slice(at + 1).flatMap(line => {
    const [name = '', ...cells] = cellsOf(line)
    const index = gpuName.exec(name)?.[1]
    return index === undefined ? [] : [{ index: Number(index), cells }]
  })
  const groups = linkGroups(
    rows.map(({ index, cells }) => ({ index, linked: linkedTo(header, cells) })),
  )
  return new Map(
    rows.map(({ index, cells }) => [
      index,
      {
        // A row that lacks a cell does not tell which one: better no place than a wrong one.
        numaNode: cells.length === header.length ? numaNodeIn(cells[numaColumn]) : null,
        linkGroup: groups.get(index) ?? null,
      },
    ]),
  )
}

/** A GPU may be near several nodes (`0-1`): then it is near none more than others. */
const numaNodeIn = (cell: string | undefined): number | null =>
  cell !== undefined && /^\d+$/.test(cell) ? Number(cell) : null

const linkedTo = (header: readonly string[], cells: readonly string[]): number[] =>
  header.flatMap((name, column) => {
    const index = gpuName.exec(name)?.[1]
    return index !== undefined && /^NV\d+$/.test(cells[column] ?? '') ? [Number(index)] : []
  })

/** Named after the first GPU of each group. */
function linkGroups(
  rows: readonly { index: number; linked: readonly number[] }[],
): Map<number, string> {
  const linkedOf = new Map(rows.map(({ index, linked }) => [index, linked]))
  const groups = new Map<number, string>()
  for (const { index } of rows) {
    if (groups.has(index) || linkedOf.get(index)!.length === 0) continue
    const reached = [index]
    for (const one of reached)
      for (const other of linkedOf.get(one) ?? []) if (!reached.includes(other)) reached.push(other)
    for (const one of reached) groups.set(one, `nvlink-${index}`)
  }
  return groups
}
