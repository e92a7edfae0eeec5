/** The product's sign: a capstan, seen from the side. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#1b6b7d" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M9 25h14M11.5 25c2-4 2-8 .5-12h8c-1.500 4-1.500 8 .5 12" />
        <path d="M5.500 9.500h21M16 13V6" />
      </g>
    </svg>
  )
}
