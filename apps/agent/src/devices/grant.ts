/** What a container gets of the accelerators of its node. */
export interface Grant {
  readonly environ: Readonly<Record<string, string>>
  /** UUIDs of GPUs, for an engine that passes them on by itself. */
  readonly gpus: readonly string[]
  /** Folders of the node that it sees at the same path. */
  readonly folders: readonly string[]
  /** Device files for a sandbox, which sees them in /dev. Throws where they are not known. */
  readonly deviceFiles: () => Promise<string[]>
}

export const noGrant: Grant = {
  environ: {},
  gpus: [],
  folders: [],
  deviceFiles: async () => [],
}
