// Reads Prometheus' text format as far as tests need it.

/** The value of a series, written as the format writes it; undefined when it is not there. */
export function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

/** Names of all metrics, as their TYPE lines have them, with the series of histograms and summaries. */
export function namesIn(text: string): Set<string> {
  const names = new Set<string>()
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    names.add(name)
    if (type !== 'histogram' && type !== 'summary') continue
    for (const end of ['_bucket', '_sum', '_count']) names.add(name + end)
  }
  return names
}
