// Output of nvidia-smi as NVIDIA's documentation describes it, written by hand from that: none of it was recorded on hardware.

/** Eight GPUs of which four each share a NUMA node, all joined by NVSwitch; recent drivers underline the header. */
export const meshTopology = [
  '\t\u001b[4mGPU0\tGPU1\tGPU2\tGPU3\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\u001b[0m',
  'GPU0\t X \tNV18\tNV18\tNV18\tPIX\t0-47,96-143\t0\t\tN/A',
  'GPU1\tNV18\t X \tNV18\tNV18\tSYS\t0-47,96-143\t0\t\tN/A',
  'GPU2\tNV18\tNV18\t X \tNV18\tSYS\t48-95,144-191\t1\t\tN/A',
  'GPU3\tNV18\tNV18\tNV18\t X \tSYS\t48-95,144-191\t1\t\tN/A',
  'NIC0\tPIX\tSYS\tSYS\tSYS\t X ',
  '',
  'Legend:',
  '',
  '  X    = Self',
  '  NV#  = Connection traversing a bonded set of # NVLinks',
  '',
  'NIC Legend:',
  '',
  '  NIC0: mlx5_0',
].join('\n')

/** Two bridged pairs; an older driver that tells of no NUMA node. */
export const pairsTopology = [
  '        GPU0    GPU1    GPU2    GPU3    CPU Affinity',
  'GPU0     X      NV4     SYS     SYS     0-15',
  'GPU1    NV4      X      SYS     SYS     0-15',
  'GPU2    SYS     SYS      X      NV4     16-31',
  'GPU3    SYS     SYS     NV4      X      16-31',
].join('\n')

/** No link at all; one GPU near two nodes, one of which nothing is known. */
export const looseTopology = [
  '\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity',
  'GPU0\t X \tPHB\t0-31\t0-1',
  'GPU1\tPHB\t X \tN/A\tN/A',
].join('\n')

/** A line of the query, as `queryFields` asks for it. */
export const gpuLine = (
  index: number,
  given: Partial<Record<'name' | 'mig' | 'use', string>> = {},
): string =>
  [
    index,
    `GPU-0000000${index}-aaaa-bbbb-cccc-dddddddddddd`,
    given.name ?? 'NVIDIA H100 80GB HBM3',
    `00000000:${index}B:00.0`,
    81_559,
    '570.86.15',
    given.mig ?? 'Disabled',
    given.use ?? '37',
    1024,
    41,
  ].join(', ')
