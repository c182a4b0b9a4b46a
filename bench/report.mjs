// Tables in Markdown from rows of figures: {round, server, cell, …}. Ratios are taken within a round, because what else the
// machine does moves both sides of it; of these, as of single figures, the median is told.

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/// Three digits that mean something.
export function written(number) {
  if (number === undefined) return 'failed';
  const size = Math.abs(number);
  const digits = size >= 100 || Number.isInteger(number) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export class Figures {
  constructor(rows) { this.rows = rows; }

  has(server, cell) { return this.rows.some((row) => row.server === server && row.cell === cell); }

  /// The median over the rounds; nothing where there is none.
  of(server, cell, figure) {
    const all = this.rows.filter((row) => row.server === server && row.cell === cell).map((row) => row[figure]);
    return all.length > 0 ? median(all) : undefined;
  }

  ratio(above, below, cell, figure) {
    const each = [];
    for (const row of this.rows.filter((one) => one.server === above && one.cell === cell)) {
      const other = this.rows.find((one) => one.server === below && one.cell === cell && one.round === row.round);
      if (row[figure] > 0 && other?.[figure] > 0) each.push(row[figure] / other[figure]);
    }
    return each.length > 0 ? median(each) : undefined;
  }
}

/// `lines` are lists of cells, the first of which names its line.
export function table(title, heads, lines) {
  if (lines.length === 0) return '';
  const rule = heads.map((_, i) => (i === 0 ? '---' : '---:')).join('|');
  return [`### ${title}`, '', `| ${heads.join(' | ')} |`, `|${rule}|`, ...lines.map((cells) => `| ${cells.join(' | ')} |`), ''].join('\n');
}

/// Each bar beside what was reached.
export function barTable(figures, bars) {
  const lines = bars.map(({ what, of = [], cell, figure, least, most, absent }) => {
    const bar = least === undefined ? `≤ ${written(most)}` : `≥ ${written(least)}`;
    if (absent) return [what, bar, absent, '-'];
    const reached = of.length === 2 ? figures.ratio(...of, cell, figure) : figures.of(of[0], cell, figure);
    if (reached === undefined) return [what, bar, 'not measured', '-'];
    return [what, bar, written(reached), (least === undefined ? reached <= most : reached >= least) ? 'yes' : '**no**'];
  });
  return table('What was aimed at', ['', 'bar', 'reached', 'kept'], lines);
}

/// A line for each of `servers` that has any of `cells`, a column for each cell, written by `write(server, cell)`.
export function cellTable(title, figures, servers, cells, write) {
  const lines = servers.filter((server) => cells.some((cell) => figures.has(server, cell)))
    .map((server) => [server, ...cells.map((cell) => write(server, cell))]);
  return table(title, ['', ...cells], lines);
}

/// The same for one cell and a column for each of `columns`: [head, figure].
export function figureTable(title, figures, servers, cell, columns) {
  const lines = servers.filter((server) => figures.has(server, cell))
    .map((server) => [server, ...columns.map(([, figure]) => written(figures.of(server, cell, figure)))]);
  return table(title, ['', ...columns.map(([head]) => head)], lines);
}
