// 图: ECharts as SVG; data by json_script, colours by the tokens. The same figures stand below as a table.
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { first } from './dom.js'

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-chart]')) if (first(box, 'Chart')) start(box)
}

function start(box) {
  const data = JSON.parse(document.getElementById(box.dataset.chart).textContent)
  box.hidden = false
  const chart = init(box, null, { renderer: 'svg' })
  const draw = () => chart.setOption(option(data), true)
  draw()
  new ResizeObserver(() => chart.resize()).observe(box)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
}

// data: { kind: "bar" | "stack" | "line" | "across", names, series: [{ name, values }], unit }
export function option({ kind, names, series, unit = '' }) {
  const token = name => getComputedStyle(document.documentElement).getPropertyValue(`--hq-${name}`).trim()
  const font = { color: token('ink-3'), fontFamily: token('font'), fontSize: 13 }
  const values = { type: 'value', axisLabel: font, splitLine: { lineStyle: { color: token('line') } }, minInterval: 1 }
  const labels = { type: 'category', data: names, axisLabel: font, axisTick: { show: false }, axisLine: { lineStyle: { color: token('edge') } } }
  const across = kind === 'across'
  return {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 120,
    aria: { enabled: false },
    color: [1, 2, 3, 4].map(n => token(`data-${n}`)),
    textStyle: font,
    grid: { left: 0, right: 8, top: series.length > 1 ? 36 : 12, bottom: 0, outerBoundsMode: 'same', outerBounds: { left: 0, right: 8, bottom: 0 } },
    legend: series.length > 1 ? { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { ...font, color: token('ink-2') } } : undefined,
    tooltip: {
      trigger: 'axis', renderMode: 'richText', axisPointer: { type: 'none' }, backgroundColor: token('bg'), borderColor: token('line'),
      textStyle: { ...font, color: token('ink') }, valueFormatter: value => `${value} ${unit}`.trim(),
    },
    xAxis: across ? values : labels,
    yAxis: across ? { ...labels, inverse: true } : values,
    series: series.map(({ name, values: data }) => ({
      name, data, type: kind === 'line' ? 'line' : 'bar', stack: kind === 'stack' ? 'all' : undefined, barMaxWidth: 28, symbolSize: 6,
      emphasis: { disabled: true },
    })),
  }
}
