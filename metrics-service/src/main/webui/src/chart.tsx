/** A chart over time, drawn by uPlot. It draws rounded numbers; its legend and the table below have the exact ones. */
import { useEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Table } from './parts'

export interface Line {
  label: string
  /** A CSS variable that holds its colour. */
  colour: string
  values: bigint[]
  /** As people read a value. */
  show: (value: bigint) => string
  /** On the axis at the right. */
  right?: boolean
  dashed?: boolean
  /** Marked on its axis by powers of 2. */
  binary?: boolean
}

const HEIGHT = 260
const POWERS_OF_2 = Array.from({ length: 63 }, (_, i) => 2 ** i)

/**
 * @param times the beginnings of hours or days, in milliseconds since 1970
 * @param inUtc whether times are days of UTC rather than hours of the visitor's zone
 */
export function Chart({ label, times, lines, inUtc }: { label: string; times: number[]; lines: Line[]; inUtc: boolean }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(lines)
  latest.current = lines
  const shape = JSON.stringify([inUtc, lines.map((line) => [line.label, line.colour, line.right, line.dashed])])
  const drawn: uPlot.AlignedData = [
    times.map((time) => time / 1000),
    ...lines.map((line) => line.values.map(Number)),
  ]
  const data = useRef(drawn)
  data.current = drawn
  useEffect(() => {
    const element = place.current as HTMLDivElement
    const dark = matchMedia('(prefers-color-scheme: dark)')
    let ended = false
    const draw = async () => {
      // figures are there before what draws is
      const { default: uPlot } = await import('uplot')
      if (ended) return
      plot.current?.destroy()
      plot.current = new uPlot(options(uPlot, element, latest, inUtc), data.current, element)
    }
    void draw()
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    dark.addEventListener('change', draw)
    return () => {
      ended = true
      dark.removeEventListener('change', draw)
      resized.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [shape])
  useEffect(() => plot.current?.setData(drawn), [JSON.stringify(drawn)])
  return (
    <figure>
      <div ref={place} class="chart" role="img" aria-label={label} />
      <details>
        <summary>{label}, as a table</summary>
        <Table label={`${label}, as a table`} head={[inUtc ? 'Day (UTC)' : 'Hour', ...lines.map((line) => line.label)]}>
          {times.map((time, i) => (
            <tr key={time}>
              <th scope="row">{timeText(time, inUtc)}</th>
              {lines.map((line) => (
                <td key={line.label}>{line.show(line.values[i] ?? 0n)}</td>
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  )
}

const HOUR = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' })
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

function timeText(time: number, inUtc: boolean): string {
  return (inUtc ? DAY : HOUR).format(time)
}

function options(library: typeof uPlot, element: HTMLElement, lines: { current: Line[] }, inUtc: boolean): uPlot.Options {
  const style = getComputedStyle(element)
  const text = style.getPropertyValue('--pico-color').trim()
  const grid = { stroke: style.getPropertyValue('--pico-muted-border-color').trim(), width: 1 }
  const scaleOf = (line: Line) => (line.right ? 'right' : 'left')
  const axis = (scale: string, side: number): uPlot.Axis[] => {
    const line = lines.current.find((one) => scaleOf(one) === scale)
    if (line === undefined) return []
    const values = (_: uPlot, splits: number[]) =>
      splits.map((split) => (Number.isInteger(split) ? line.show(BigInt(split)) : ''))
    return [{ scale, side, size: 90, stroke: text, grid: side === 3 ? grid : { show: false }, ticks: grid, values, ...(line.binary && { incrs: POWERS_OF_2 }) }]
  }
  const fromZero: uPlot.Scale = { range: (_, __, max) => [0, Math.max(1, max * 1.05)] }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    ...(inUtc && { tzDate: (seconds: number) => library.tzDate(new Date(seconds * 1000), 'Etc/UTC') }),
    scales: { left: fromZero, right: fromZero },
    axes: [{ stroke: text, grid, ticks: grid }, ...axis('left', 3), ...axis('right', 1)],
    series: [
      { label: 'Time', value: (plot, _, __, at) => (at == null ? '–' : timeText((plot.data[0][at] ?? 0) * 1000, inUtc)) },
      ...lines.current.map(
        (line, i): uPlot.Series => ({
          label: line.label,
          scale: scaleOf(line),
          stroke: style.getPropertyValue(line.colour).trim(),
          width: 2,
          ...(line.dashed && { dash: [6, 6] }),
          value: (_, __, ___, at) => (at == null ? '–' : line.show(lines.current[i]?.values[at] ?? 0n)),
        }),
      ),
    ],
  }
}
