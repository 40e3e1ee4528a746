/** The look of run cards: light or dark as the reader has it, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2128; --soft: #5b6572; --line: #dfe3e8; --code: #f1f3f6;
  --blue: #1f6feb; --green: #1a7f4b; --orange: #c2610c; --red: #d1293d; --violet: #8250df; --grey: #8a94a0;
  --good: #1a7f4b; --good-soft: #e3f5ea; --bad: #c6233a; --bad-soft: #fde7ea; --torn: #8250df1f; --rest: #8a94a01a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #151b23; --ink: #e6edf3; --soft: #9aa5b1; --line: #2b333d; --code: #0f141b;
    --blue: #58a6ff; --green: #4cc38a; --orange: #f0883e; --red: #ff6b78; --violet: #b794f6; --grey: #8b949e;
    --good: #4cc38a; --good-soft: #12291e; --bad: #ff7b88; --bad-soft: #321419; --torn: #b794f626; --rest: #8b949e1c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 20px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1180px; margin: 0 auto; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 44px 0 12px; font-size: 18px; letter-spacing: -.005em; }
p { margin: 0; }
code, pre, .mono { font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
header { padding: 26px 28px; border-radius: 14px; background: var(--card); border: 1px solid var(--line);
  border-left: 8px solid var(--verdict); }
.passed { --verdict: var(--good); --verdict-soft: var(--good-soft); }
.failed { --verdict: var(--bad); --verdict-soft: var(--bad-soft); }
.title { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; }
.verdict { padding: 4px 14px; border-radius: 99px; font-weight: 650; color: var(--verdict);
  background: var(--verdict-soft); }
.about { max-width: 80ch; margin-top: 12px; color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: 14px 34px; margin: 22px 0 0; }
.facts div { display: flex; flex-direction: column-reverse; }
.facts dt { color: var(--soft); font-size: 13px; }
.facts dd { margin: 0; font-size: 19px; font-weight: 600; font-variant-numeric: tabular-nums; }
.panel { padding: 6px 20px; border-radius: 12px; background: var(--card); border: 1px solid var(--line);
  overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th { padding: 10px 12px 8px 0; text-align: left; color: var(--soft); font-weight: 500; font-size: 13px; }
td { padding: 8px 12px 8px 0; border-top: 1px solid var(--line); vertical-align: top; }
td:last-child, th:last-child { padding-right: 0; }
td.value { white-space: nowrap; font-weight: 600; font-variant-numeric: tabular-nums; }
td code { white-space: nowrap; }
td.note { color: var(--soft); font-size: 14px; }
.held, .missed { display: inline-block; width: 74px; font-weight: 650; }
.held { color: var(--good); }
.missed { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(500px, 100%), 1fr)); gap: 16px; }
figure { margin: 0; padding: 16px 18px 14px; border-radius: 12px; background: var(--card); border: 1px solid var(--line);
  break-inside: avoid; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; justify-content: space-between; margin-bottom: 8px; }
figure p { margin-top: 6px; color: var(--soft); font-size: 13px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 13px; color: var(--soft); }
.legend span::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 6px;
  border-radius: 3px; background: var(--colour); }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
svg .name { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--line); }
.tick, .axis { stroke: var(--grey); fill: none; }
.resting { fill: var(--rest); }
.torn { fill: var(--torn); }
.event { stroke: var(--red); stroke-dasharray: 3 3; fill: none; }
.blue { --colour: var(--blue); } .green { --colour: var(--green); } .orange { --colour: var(--orange); }
.red { --colour: var(--red); } .violet { --colour: var(--violet); } .grey { --colour: var(--grey); }
.line { fill: none; stroke: var(--colour); stroke-width: 1.8; stroke-linejoin: round; }
.area { fill: var(--colour); opacity: .16; }
.bar { fill: var(--colour); }
.dots { fill: none; stroke: var(--colour); stroke-width: 4.5; stroke-linecap: round; opacity: .55; }
.rug { stroke: var(--colour); stroke-width: 1.5; opacity: .75; }
.strip { min-width: 900px; }
pre { margin: 0; padding: 14px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.again { padding: 12px 16px; border-radius: 10px; background: var(--code); border: 1px solid var(--line); }
.list { margin: 10px 0; padding-left: 20px; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media print { body { padding: 0; } .plots { grid-template-columns: 1fr 1fr; } }
`;
