namespace FineTune;

/// <summary>How the report looks, light and dark.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --page: #ffffff; --ink: #1c2128; --soft: #57606a; --rule: #d8dee4; --panel: #f6f8fa;
                --c0: #0b62d6; --c1: #d1480b; --c2: #1a7f37; --c3: #8250df; --c4: #9a6700; --c5: #bf3989; --mark: #cf222e; --heat: 11, 98, 214; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #10151c; --ink: #e6edf3; --soft: #9aa5b1; --rule: #30363d; --panel: #181e26;
                  --c0: #58a6ff; --c1: #ff9a57; --c2: #56d364; --c3: #bc8cff; --c4: #e3b341; --c5: #ff7bc0; --mark: #ff7b72; --heat: 88, 166, 255; }
        }
        body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 72rem; background: var(--page); color: var(--ink);
               font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        h1 { margin: 0 0 .25rem; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .7rem; font-size: 1.2rem; }
        p { margin: .2rem 0; } .soft { color: var(--soft); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1rem; }
        figure { margin: 0; padding: .8rem 1rem .4rem; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; }
        figcaption { font-weight: 600; } .key { margin-left: 1rem; font-weight: 400; font-size: .85rem; }
        .key::before { content: ""; display: inline-block; width: 1.1em; height: 3px; margin-right: .4em; vertical-align: middle; background: currentColor; }
        svg { display: block; width: 100%; height: auto; }
        .grid { stroke: var(--rule); stroke-width: 1; } .tick { fill: var(--soft); font-size: 11px; }
        .phase { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 4; }
        .restored { stroke: var(--mark); stroke-width: 2; stroke-dasharray: 2 3; }
        path { fill: none; stroke-width: 2; stroke-linejoin: round; }
        path.line0 { stroke: var(--c0); } path.line1 { stroke: var(--c1); } path.line2 { stroke: var(--c2); }
        path.line3 { stroke: var(--c3); } path.line4 { stroke: var(--c4); } path.line5 { stroke: var(--c5); }
        circle.line0 { fill: var(--c0); } circle.line1 { fill: var(--c1); } circle.line2 { fill: var(--c2); }
        circle.line3 { fill: var(--c3); } circle.line4 { fill: var(--c4); } circle.line5 { fill: var(--c5); }
        .key.line0 { color: var(--c0); } .key.line1 { color: var(--c1); } .key.line2 { color: var(--c2); }
        .key.line3 { color: var(--c3); } .key.line4 { color: var(--c4); } .key.line5 { color: var(--c5); }
        table { border-collapse: collapse; } th, td { padding: .25rem .8rem; border-bottom: 1px solid var(--rule); text-align: left; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        .trained { color: var(--c2); } .frozen { color: var(--c0); }
        .confusion td { text-align: center; min-width: 4rem; }
        .examples { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: 1rem; }
        .examples figure { width: 9rem; padding: .5rem; font-size: .8rem; } .examples figcaption { font-weight: 400; overflow-wrap: anywhere; }
        .examples img { width: 100%; border-radius: 4px; } .wrong { border-color: var(--mark); }
        details { overflow-x: auto; } summary { cursor: pointer; color: var(--soft); }
        """;
}
