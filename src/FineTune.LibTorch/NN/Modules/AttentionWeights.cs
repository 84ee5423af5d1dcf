using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The parameters of multi-head attention, under PyTorch's names, and what is computed with them.</summary>
internal sealed class AttentionWeights
{
    private const string InWeight = "in_proj_weight", QueryWeight = "q_proj_weight", KeyWeight = "k_proj_weight", ValueWeight = "v_proj_weight";
    private const string InBias = "in_proj_bias", KeyBias = "bias_k", ValueBias = "bias_v", OutWeight = "out_proj.weight", OutBias = "out_proj.bias";

    private readonly OrderedDictionary<string, Parameter> parameters = [];
    private readonly long dimensions, heads;
    private readonly double dropout;
    private readonly bool addZero;

    private AttentionWeights(long dimensions, long heads, double dropout, bool addZero)
        => (this.dimensions, this.heads, this.dropout, this.addZero) = (dimensions, heads, dropout, addZero);

    public static AttentionWeights Create(
        long dimensions, long heads, double dropout = 0, bool bias = true, bool addBias = false, bool addZero = false, long? keys = null, long? values = null)
    {
        if (dimensions % heads != 0)
            throw new ArgumentException($"embed_dim must be divisible by num_heads, but {dimensions} is not divisible by {heads}.");
        var its = new AttentionWeights(dimensions, heads, dropout, addZero);
        bool packed = (keys ?? dimensions) == dimensions && (values ?? dimensions) == dimensions;
        string[] inputs = packed ? [InWeight] : [QueryWeight, KeyWeight, ValueWeight];
        if (packed)
            its.Add(InWeight, 3 * dimensions, dimensions);
        else
        {
            its.Add(QueryWeight, dimensions, dimensions);
            its.Add(KeyWeight, dimensions, keys ?? dimensions);
            its.Add(ValueWeight, dimensions, values ?? dimensions);
        }
        if (bias)
            its.Add(InBias, 3 * dimensions);
        if (addBias)
        {
            its.Add(KeyBias, 1, 1, dimensions);
            its.Add(ValueBias, 1, 1, dimensions);
        }
        its.Add(OutWeight, dimensions, dimensions);
        if (bias)
            its.Add(OutBias, dimensions);

        // In PyTorch's order: the output projection draws when it is made, the others when all are there.
        nn.init.LinearDefaults(its[OutWeight]!, its[OutBias]);
        foreach (string name in inputs)
            nn.init.xavier_uniform_(its[name]!);
        if (bias)
        {
            nn.init.zeros_(its[InBias]!);
            nn.init.zeros_(its[OutBias]!);
        }
        if (addBias)
        {
            nn.init.xavier_normal_(its[KeyBias]!);
            nn.init.xavier_normal_(its[ValueBias]!);
        }
        return its;
    }

    public AttentionWeights Copy()
    {
        var copy = new AttentionWeights(this.dimensions, this.heads, this.dropout, this.addZero);
        foreach (var (name, parameter) in this.parameters)
            copy.parameters.Add(name, nn.Parameter(parameter.detach().clone(), parameter.requires_grad));
        return copy;
    }

    public void Register(Action<string, Parameter> register)
    {
        foreach (var (name, parameter) in this.parameters)
            register(name, parameter);
    }

    public (Tensor Output, Tensor? Weights) Attend(
        Tensor query, Tensor key, Tensor value, Tensor? keyPadding, bool needWeights, Tensor? mask, bool training)
    {
        using var scope = NewDisposeScope();
        long[] shape = query.shape;
        long length = shape[0], batch = shape[1];
        var (q, k, v) = Project(query, key, value);

        if (this[KeyBias] is { } keyBias)
        {
            k = cat([k, keyBias.repeat(1, batch, 1)]);
            v = cat([v, this[ValueBias]!.repeat(1, batch, 1)]);
        }
        q = SplitHeads(q, length, batch);
        k = SplitHeads(k, k.shape[0], batch);
        v = SplitHeads(v, v.shape[0], batch);
        if (this.addZero)
        {
            k = cat([k, zeros([k.shape[0], 1, k.shape[2]], k.dtype, k.device)], 1);
            v = cat([v, zeros([v.shape[0], 1, v.shape[2]], v.dtype, v.device)], 1);
        }
        long positions = k.shape[1], added = positions - key.shape[0];

        var scores = (q / Math.Sqrt((double)this.dimensions / this.heads)).bmm(k.transpose(-2, -1));
        if (mask is not null)
            scores = scores + Additive(Widen(mask, added), scores);
        if (keyPadding is not null)
        {
            var padding = Additive(Widen(keyPadding, added), scores).view(batch, 1, 1, positions);
            scores = (scores.view(batch, this.heads, length, positions) + padding).view(batch * this.heads, length, positions);
        }
        var attention = nn.functional.softmax(scores, -1);
        var applied = this.dropout > 0 ? nn.functional.dropout(attention, this.dropout, training) : attention;

        var joined = applied.bmm(v).transpose(0, 1).contiguous().view(length * batch, this.dimensions);
        var output = nn.functional.linear(joined, this[OutWeight]!, this[OutBias]).view(length, batch, this.dimensions);
        var mean = needWeights ? applied.view(batch, this.heads, length, positions).mean([1]) : null;
        return (output.MoveToOuterDisposeScope(), mean?.MoveToOuterDisposeScope());
    }

    private Parameter? this[string name] => this.parameters.GetValueOrDefault(name);

    // A Boolean mask forbids; any other is added as it is.
    private static Tensor Additive(Tensor mask, Tensor scores)
        => mask.dtype == ScalarType.Bool ? zeros_like(mask, scores.dtype).masked_fill(mask, double.NegativeInfinity) : mask;

    // What was added to the keys always counts.
    private static Tensor Widen(Tensor mask, long added) => added == 0 ? mask : nn.functional.pad(mask, (0, added));

    private void Add(string name, params long[] shape) => this.parameters.Add(name, nn.Parameter(empty(shape)));

    private (Tensor, Tensor, Tensor) Project(Tensor query, Tensor key, Tensor value)
    {
        var packed = this[InWeight];
        var bias = this[InBias];
        if (packed is not null && ReferenceEquals(query, key) && ReferenceEquals(key, value))
        {
            var all = nn.functional.linear(query, packed, bias).chunk(3, -1);
            return (all[0], all[1], all[2]);
        }
        Tensor[] weights = packed is not null ? packed.chunk(3) : [this[QueryWeight]!, this[KeyWeight]!, this[ValueWeight]!];
        var biases = bias?.chunk(3);
        return (
            nn.functional.linear(query, weights[0], biases?[0]),
            nn.functional.linear(key, weights[1], biases?[1]),
            nn.functional.linear(value, weights[2], biases?[2]));
    }

    private Tensor SplitHeads(Tensor x, long length, long batch)
        => x.contiguous().view(length, batch * this.heads, this.dimensions / this.heads).transpose(0, 1);
}
