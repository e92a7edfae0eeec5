/**
 * The least id of rows that are made at this moment or later, for ids in the order of creation: UUIDv7, whose first 48 bits
 * are milliseconds (RFC 9562, section 5.7). What is older lies before it in the index of the primary key.
 */
export function firstIdAt(at: Date): string {
  const ms = Math.max(0, at.getTime()).toString(16).padStart(12, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`
}
