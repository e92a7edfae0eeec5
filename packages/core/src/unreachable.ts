/** A switch over a union has missed a case; types keep it from compiling. */
export function unreachable(value: never): never {
  throw new Error(`unexpected ${String(value)}`)
}
