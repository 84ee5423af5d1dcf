namespace FineTune.Weights;

/// <summary>
/// The layers of a graph in another order in which they can run: where branches meet, the one with more layers before it comes first,
/// as a residual block is written: its own path, then what the input goes through beside it.
/// </summary>
internal static class OnnxBranches
{
    public static IReadOnlyList<OnnxLayer> LongestFirst(StoredGraph graph, IReadOnlyList<OnnxLayer> layers)
    {
        var byNode = layers.ToDictionary(layer => (object)layer.Node, ReferenceEqualityComparer.Instance);
        var producers = new Dictionary<string, StoredNode>();
        var depths = new Dictionary<string, int>();
        foreach (var node in graph.Nodes)
        {
            var before = node.Inputs.Max(input => (int?)depths.GetValueOrDefault(input)) ?? 0;
            foreach (var output in node.Outputs)
            {
                depths[output] = before + (byNode.ContainsKey(node) ? 1 : 0);
                producers[output] = node;
            }
        }

        var ordered = new List<OnnxLayer>();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var left = new Stack<(StoredNode Node, bool IsReady)>();
        foreach (var output in graph.Outputs)
        {
            Visit(output);
            while (left.TryPop(out var next))
            {
                if (next.IsReady)
                {
                    if (byNode.TryGetValue(next.Node, out var layer))
                    {
                        ordered.Add(layer);
                    }
                }
                else if (seen.Add(next.Node))
                {
                    left.Push((next.Node, true));

                    // The last that is put on the stack is the first to be taken from it.
                    foreach (var input in next.Node.Inputs.Reverse().OrderBy(input => depths.GetValueOrDefault(input)))
                    {
                        Visit(input);
                    }
                }
            }
        }

        return ordered;

        void Visit(string name)
        {
            if (producers.TryGetValue(name, out var node))
            {
                left.Push((node, false));
            }
        }
    }
}
