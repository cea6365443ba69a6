import { themeVariables } from '../charts/theme.js';

/** The page's style sheet; colours come from the charts' palette, with a page ground and two tints beside it. */
export const PAGE_STYLE = `${themeVariables(':root')}
:root{color-scheme:light dark;--page:#f4f6fa;--tint:#e8effd;--tint-ink:#1b429f;--warm:#fdf0e4;--warm-ink:#8a3f0c;--shadow:0 1px 2px #1720330f,0 4px 16px #1720330a}
@media screen and (prefers-color-scheme:dark){:root{--page:#0c111a;--tint:#1c2b4d;--tint-ink:#b5cdff;--warm:#3a2516;--warm-ink:#ffc79c;--shadow:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--mien-ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main,footer{max-width:1040px;margin:0 auto;padding:0 24px}
header{padding:48px 0 0}
h1{margin:0;font-size:clamp(1.6rem,1.1rem + 2.2vw,2.4rem);line-height:1.15;letter-spacing:-.02em;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:56px 0 4px;font-size:1.35rem;line-height:1.25;letter-spacing:-.01em;overflow-wrap:anywhere}
h3{margin:36px 0 4px;font-size:1.1rem}
h4{margin:0 0 8px;font-size:1rem}
p{margin:8px 0;max-width:46rem;text-wrap:pretty}
.kicker{margin:0 0 6px;color:var(--mien-muted);font-size:.85rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase}
.lead{font-size:1.08rem;color:var(--mien-muted)}
.note{color:var(--mien-muted);font-size:.9rem}
.facts{display:flex;flex-wrap:wrap;gap:4px 28px;margin:16px 0 0;padding:0;font-size:.9rem}
.facts div{display:flex;gap:8px}
dt{color:var(--mien-muted)}
dd{margin:0;overflow-wrap:anywhere}
.badge{display:inline-block;padding:1px 10px;border-radius:99px;background:var(--tint);color:var(--tint-ink);font-size:.82rem;font-weight:600;white-space:nowrap}
.badge.warm{background:var(--warm);color:var(--warm-ink)}
.grid{display:grid;gap:16px;margin:16px 0;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr))}
.figures{display:grid;gap:16px;margin:16px 0;grid-template-columns:repeat(auto-fit,minmax(min(100%,168px),1fr))}
.card{background:var(--mien-surface);border:1px solid var(--mien-grid);border-radius:12px;box-shadow:var(--shadow);padding:18px 20px;min-width:0}
.figure{margin:0;display:flex;flex-direction:column;gap:2px}
.figure dt{font-size:.9rem}
.figure dd{font-size:2rem;font-weight:650;line-height:1.15;letter-spacing:-.02em}
.figure p{margin:4px 0 0;font-size:.85rem;line-height:1.45;color:var(--mien-muted)}
.chart{padding:4px;display:flex;justify-content:center;align-items:flex-start}
.chart svg{display:block;width:100%;max-width:520px;height:auto}
.scroll{overflow-x:auto;padding:6px 20px}
table{width:100%;border-collapse:collapse;font-size:.93rem}
th,td{padding:7px 0 7px 16px;text-align:right;border-bottom:1px solid var(--mien-grid);font-weight:400}
th:first-child,td:first-child{padding-left:0;text-align:left}
th.text,td.text{text-align:left}
thead th{color:var(--mien-muted);font-size:.85rem;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
tbody.averages th,tbody.averages td{font-weight:600}
tbody.averages tr:first-child>*{border-top:2px solid var(--mien-grid)}
.muted{color:var(--mien-muted);white-space:nowrap}
.range{white-space:nowrap}
.faces{display:grid;gap:16px 12px;margin:16px 0;padding:0;list-style:none;grid-template-columns:repeat(auto-fill,minmax(104px,1fr))}
.faces img{display:block;width:100%;aspect-ratio:1;object-fit:cover;border-radius:10px;background:var(--mien-grid)}
.faces img.heat{margin-top:4px}
.faces span{display:block;font-size:.85rem;line-height:1.35;overflow-wrap:anywhere}
.faces span:first-of-type{margin-top:6px;font-weight:600}
pre{margin:0;overflow-x:auto;font:.85rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;tab-size:2}
pre.card{margin:8px 0 16px}
dl.environment{display:grid;grid-template-columns:max-content 1fr;gap:6px 24px;margin:0;font-size:.93rem}
footer{margin-top:64px;padding-bottom:48px;color:var(--mien-muted);font-size:.85rem}
@media (max-width:520px){main,footer{padding-left:14px;padding-right:14px}header{padding-top:28px}h2{margin-top:44px}.card{padding:14px 14px}.chart{padding:2px}.scroll{padding:4px 14px}table{font-size:.87rem}th,td{padding-left:8px}.scroll table{font-size:.82rem}.scroll thead th{font-size:.78rem;white-space:normal}.scroll .badge{padding:0 8px;font-size:.75rem}dl.environment{grid-template-columns:1fr;gap:0}dl.environment dd{margin-bottom:8px}.figures{grid-template-columns:1fr 1fr;gap:10px}.figure dd{font-size:1.55rem}.faces{grid-template-columns:repeat(auto-fill,minmax(84px,1fr))}}
@media print{body{background:none;font-size:11pt}.card{box-shadow:none;break-inside:avoid}h2,h3,h4{break-after:avoid}}
`;
