import { useWords } from '../words/words.tsx'
import './small.css'

const nearlyFull = 0.9

/** `3.5 / 8` over a bar. `label` names it for those who do not see where it stands. */
export function AmountBar({
  slot,
  used,
  capacity,
  label,
}: {
  slot: string
  used: number
  capacity: number
  label: string
}) {
  const { f } = useWords()
  const ratio = capacity > 0 ? Math.min(used / capacity, 1) : 0
  const text = f.share(slot, used, capacity)
  return (
    <div className="amount tabular">
      {text}
      <div
        className="amount-track"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(ratio * 100)}
        aria-valuetext={text}
      >
        <div
          className="amount-fill"
          data-full={ratio >= nearlyFull || undefined}
          style={{ width: `${ratio * 100}%` }}
        />
      </div>
    </div>
  )
}
