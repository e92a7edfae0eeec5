import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useEffectEvent, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './TimeChart.css'

export interface TimeSeries {
  readonly label: string
  /** Custom property that holds its colour: the same for the same thing everywhere. */
  readonly color: string
  /** Oldest first; times in seconds since 1970. */
  readonly points: readonly { readonly t: number; readonly value: number }[]
}

interface Props {
  readonly label: string
  readonly series: TimeSeries
  /** The most there can be; drawn as the top of the chart. */
  readonly limit: number
  readonly print: (value: number) => string
  readonly printTime: (date: Date, withSeconds: boolean) => string
  /** Charts of one key share their cross-hair. */
  readonly syncKey: string
}

const height = 132

/** Values between two marks that people count in: halves of powers of two suit both cores and bytes. */
const increments = Array.from({ length: 60 }, (_, power) => 2 ** (power - 6))

/** One measured thing over time, units on the axis. */
export function TimeChart(props: Props) {
  const scheme = useComputedColorScheme('light')
  const { label, series, limit, print } = props
  const last = series.points.at(-1)
  return (
    <figure className="chart">
      <figcaption>
        {label}
        {last && <strong className="tabular"> {print(last.value)}</strong>}
      </figcaption>
      {/* The canvas takes its colours and its height once: another scheme or limit draws it anew. */}
      <Plot key={`${scheme} ${limit}`} {...props} />
    </figure>
  )
}

function Plot({ series, limit, print, printTime, syncKey }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(null)
  const data: uPlot.AlignedData = [
    series.points.map(point => point.t),
    series.points.map(point => point.value),
  ]
  const draw = useEffectEvent((element: HTMLElement): uPlot => {
    const style = getComputedStyle(element)
    const color = (name: string): string => style.getPropertyValue(name).trim()
    const look = {
      stroke: color(series.color),
      text: color('--mantine-color-dimmed'),
      grid: color('--capstan-border'),
      limit,
      syncKey,
      label: series.label,
      print,
      printTime,
    }
    return new uPlot(options(element.clientWidth, look), data, element)
  })
  useEffect(() => {
    const element = holder.current
    if (!element) return undefined
    const plot = draw(element)
    chart.current = plot
    const watch = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height })
    })
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [])
  useEffect(() => {
    chart.current?.setData(data)
  })
  return <div ref={holder} aria-hidden style={{ height }} />
}

interface Look {
  readonly stroke: string
  readonly text: string
  readonly grid: string
  readonly limit: number
  readonly syncKey: string
  readonly label: string
  readonly print: (value: number) => string
  readonly printTime: (date: Date, withSeconds: boolean) => string
}

function options(width: number, look: Look): uPlot.Options {
  const font = '11px system-ui, sans-serif'
  const axis = { stroke: look.text, font, ticks: { show: false } }
  return {
    width,
    height,
    cursor: { sync: { key: look.syncKey }, y: false, points: { size: 6 } },
    legend: { show: false },
    scales: {
      y: { range: (_, __, max) => [0, look.limit > 0 ? Math.max(look.limit, max) : max || 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        // Marks less than a minute apart would all say the same without seconds.
        values: (_, times, __, ___, stepS) =>
          times.map(time => look.printTime(new Date(time * 1000), stepS < 60)),
      },
      {
        ...axis,
        size: 68,
        space: 34,
        incrs: increments,
        grid: { stroke: look.grid, width: 1 },
        values: (_, values) => values.map(look.print),
      },
    ],
    series: [
      {},
      {
        label: look.label,
        stroke: look.stroke,
        width: 1.5,
        fill: `${look.stroke}1f`,
        points: { show: false },
      },
    ],
    hooks: {
      init: [
        plot => {
          addReading(plot, look)
        },
      ],
    },
  }
}

/** A small text at the cross-hair that says what was measured there. */
function addReading(plot: uPlot, look: Look): void {
  const reading = document.createElement('div')
  reading.className = 'chart-reading'
  plot.over.append(reading)
  plot.hooks.setCursor = [
    ({ cursor, data }) => {
      const time = cursor.idx == null ? undefined : data[0][cursor.idx]
      const value = cursor.idx == null ? undefined : data[1]?.[cursor.idx]
      reading.hidden = time === undefined || value == null
      if (time === undefined || value == null) return
      reading.textContent = `${look.print(value)} · ${look.printTime(new Date(time * 1000), true)}`
      const isLeft = (cursor.left ?? 0) < plot.over.clientWidth / 2
      reading.style.left = isLeft ? `${(cursor.left ?? 0) + 8}px` : ''
      reading.style.right = isLeft ? '' : `${plot.over.clientWidth - (cursor.left ?? 0) + 8}px`
    },
  ]
}
