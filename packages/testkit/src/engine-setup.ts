import { buildMissingImages } from './session-image.ts'

/** Before tests against the engine: the images that their containers are made from are there. */
export function setup(): void {
  buildMissingImages(['tiny', 'base'])
}
