namespace FineTune;

/// <summary>How the report looks, light and dark.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --page: #ffffff; --ink: #1c2128; --soft: #57606a; --rule: #d8dee4; --panel: #f6f8fa;
                --c0: #0b62d6; --c1: #d1480b; --c2: #00745a; --c3: #a0408c; --c4: #856000; --c5: #3d444d; --mark: #cf222e;
                --heat: 11, 98, 214; --miss: 209, 72, 11; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #10151c; --ink: #e6edf3; --soft: #9aa5b1; --rule: #30363d; --panel: #181e26;
                  --c0: #58a6ff; --c1: #ff9a57; --c2: #3fc9a3; --c3: #e28bd0; --c4: #e3b341; --c5: #c9d1d9; --mark: #ff7b72;
                  --heat: 88, 166, 255; --miss: 255, 154, 87; }
        }
        body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 72rem; background: var(--page); color: var(--ink);
               font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        h1 { margin: 0 0 .25rem; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .7rem; font-size: 1.2rem; }
        p { margin: .2rem 0; } .soft { color: var(--soft); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; }
        figure { margin: 0; padding: .8rem 1rem .4rem; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; }
        figcaption { font-weight: 600; } .key { margin-left: 1rem; font-weight: 400; font-size: .85rem; white-space: nowrap; }
        svg.sign { display: inline-block; width: 34px; height: 10px; margin-right: .4em; }
        svg { display: block; width: 100%; height: auto; }
        .grid { stroke: var(--rule); stroke-width: 1; } .tick { fill: var(--soft); font-size: 11px; }
        .phase { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 4; }
        .restored { stroke: var(--mark); stroke-width: 2; stroke-dasharray: 2 3; }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .dashes1 { stroke-dasharray: 7 4; } .dashes2 { stroke-dasharray: 2 3; } .dashes3 { stroke-dasharray: 9 3 2 3; }
        .curve.line0 { stroke: var(--c0); } .curve.line1 { stroke: var(--c1); } .curve.line2 { stroke: var(--c2); }
        .curve.line3 { stroke: var(--c3); } .curve.line4 { stroke: var(--c4); } .curve.line5 { stroke: var(--c5); }
        .mark.line0 { fill: var(--c0); } .mark.line1 { fill: var(--c1); } .mark.line2 { fill: var(--c2); }
        .mark.line3 { fill: var(--c3); } .mark.line4 { fill: var(--c4); } .mark.line5 { fill: var(--c5); }
        table { border-collapse: collapse; } th, td { padding: .25rem .8rem; border-bottom: 1px solid var(--rule); text-align: left; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        .trained { color: var(--c2); } .frozen { color: var(--c0); }
        th { font-weight: 600; } tr.sum th, tr.sum td { font-style: italic; } .scroll { overflow-x: auto; }
        .settings td { overflow-wrap: anywhere; } .settings th:first-child, .environment th { white-space: nowrap; vertical-align: top; }
        .confusion th:first-child { white-space: nowrap; } .confusion .none { color: var(--soft); }
        .confusion td { text-align: center; min-width: 3rem; font-variant-numeric: tabular-nums; }
        svg.map { max-width: 34rem; margin-bottom: 1rem; background: var(--panel); border: 1px solid var(--rule); }
        .examples { display: flex; flex-wrap: wrap; gap: 1rem; }
        .examples figure { width: 9rem; padding: .5rem; font-size: .8rem; } .examples figcaption { font-weight: 400; overflow-wrap: anywhere; }
        .examples img { display: block; width: 100%; min-height: 5rem; object-fit: contain; border-radius: 4px; }
        figure.wrong { border-color: var(--mark); border-width: 2px; } tr.wrong td:first-child { border-left: 4px solid var(--mark); }
        tr.right td:first-child { border-left: 4px solid transparent; }
        details { overflow-x: auto; } summary { cursor: pointer; color: var(--soft); }
        """;
}
