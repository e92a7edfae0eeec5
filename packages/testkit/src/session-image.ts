import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Images that tests start sessions from, with the folder in `images/` that builds each. */
export const sessionImages = {
  tiny: 'capstan/tiny:1',
  base: 'capstan/base:1.0-py311-debian12',
} as const

export type SessionImage = keyof typeof sessionImages

/** Builds an image into the engine at `dockerHost` (default: the one that the environment names). Throws with the script's words. */
export function buildSessionImage(image: SessionImage, dockerHost?: string): void {
  const script = fileURLToPath(new URL(`../../../images/${image}/build.sh`, import.meta.url))
  const env = { ...process.env, ...(dockerHost !== undefined && { DOCKER_HOST: dockerHost }) }
  const built = spawnSync('bash', [script], { env, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`cannot build ${sessionImages[image]}: ${built.stderr}`)
}

/** Builds those of the images that the engine does not have yet. */
export function buildMissingImages(images: readonly SessionImage[]): void {
  for (const image of images) {
    const there = spawnSync('docker', ['image', 'inspect', sessionImages[image]], {
      stdio: 'ignore',
    })
    if (there.status !== 0) buildSessionImage(image)
  }
}
