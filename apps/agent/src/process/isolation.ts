import type { Isolation } from '@capstan/contract/agent'
import type * as z from 'zod'
import type { CgroupVersion } from './control-groups.ts'
import type { SandboxTool } from './sandbox.ts'

/** What is and what is not kept apart, in words for whoever looks at the node. */
export function describeIsolation(
  { tool, cgroups }: { tool: SandboxTool; cgroups: CgroupVersion },
  isRoot: boolean,
): z.input<typeof Isolation>[] {
  const hasSandbox = tool === 'bwrap'
  const hasLimits = cgroups !== null
  const limit = hasLimits
    ? 'Held by the kernel'
    : 'Not held: this process may not write control groups'
  return [
    {
      aspect: 'Files',
      isEnforced: hasSandbox,
      note: hasSandbox
        ? 'A session sees the node’s programs, read-only, and a home of its own'
        : 'A session sees every file that others on the node may read: install bubblewrap',
    },
    { aspect: 'Processes', isEnforced: true, note: 'A session sees only its own processes' },
    {
      aspect: 'Users',
      isEnforced: isRoot,
      note: isRoot
        ? 'Each session is a user of its own'
        : 'All sessions are the same user of the node',
    },
    {
      aspect: 'Network',
      isEnforced: true,
      note: 'A session has no network; applications are reached through Capstan',
    },
    { aspect: 'Memory', isEnforced: hasLimits, note: limit },
    { aspect: 'CPU', isEnforced: hasLimits, note: limit },
    { aspect: 'Number of processes', isEnforced: hasLimits, note: limit },
    { aspect: 'Disk', isEnforced: false, note: 'Sessions share the free disk of the node' },
  ]
}
