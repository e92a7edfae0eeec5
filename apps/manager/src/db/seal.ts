import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Key of everything sealed: 32 bytes, from the operator's secret of any length. */
export type SealKey = Buffer & { readonly __brand: 'SealKey' }

// The brand stands for "went through here"; SHA-256 makes the length right, the secret itself is random.
export const sealKeyOf = (secret: string): SealKey =>
  createHash('sha256').update('capstan-seal:').update(secret).digest() as SealKey

/** AES-256-GCM: 12 bytes of nonce, 16 of tag, then the text. `purpose` is bound to it: a value moved elsewhere does not open. */
export function seal(key: SealKey, text: string, purpose: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(purpose))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** The text that was sealed for this purpose. Throws when the key is another, or the value was touched. */
export function unseal(key: SealKey, sealed: Buffer, purpose: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from(purpose))
  decipher.setAuthTag(sealed.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new Error(
      `cannot open a sealed value (${purpose}): is CAPSTAN_ENCRYPTION_KEY the one it was sealed with?`,
      {
        cause: error,
      },
    )
  }
}

/** SHA-256, for secrets that are long and random already (tokens, cookies): stored so that a leak opens nothing. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()
