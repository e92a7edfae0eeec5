import { buildMissingImages } from './session-image.ts'

/** Before tests against the engine: the image that their containers are made from is there. */
export function setup(): void {
  buildMissingImages(['tiny'])
}
