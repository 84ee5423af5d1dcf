using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// The parameters of an encoder layer, under PyTorch's names, and what is computed with them. In TorchSharp a layer and
/// an encoder are leaves of the module tree; so they are here.
/// </summary>
internal sealed class EncoderWeights
{
    private readonly AttentionWeights attention;
    private readonly OrderedDictionary<string, Parameter> parameters;
    private readonly long dimensions;
    private readonly double dropout;
    private readonly nn.Activations activation;

    private EncoderWeights(
        AttentionWeights attention, OrderedDictionary<string, Parameter> parameters, long dimensions, double dropout, nn.Activations activation)
        => (this.attention, this.parameters, this.dimensions, this.dropout, this.activation) = (attention, parameters, dimensions, dropout, activation);

    public static EncoderWeights Create(long dimensions, long heads, long width, double dropout, nn.Activations activation)
    {
        var its = new EncoderWeights(AttentionWeights.Create(dimensions, heads, dropout), [], dimensions, dropout, activation);
        its.AddLinear("linear1", dimensions, width);
        its.AddLinear("linear2", width, dimensions);
        foreach (string norm in (string[])["norm1", "norm2"])
        {
            its.parameters.Add($"{norm}.weight", nn.Parameter(ones([dimensions])));
            its.parameters.Add($"{norm}.bias", nn.Parameter(zeros([dimensions])));
        }
        return its;
    }

    public EncoderWeights Copy()
    {
        var copy = new EncoderWeights(this.attention.Copy(), [], this.dimensions, this.dropout, this.activation);
        foreach (var (name, parameter) in this.parameters)
            copy.parameters.Add(name, nn.Parameter(parameter.detach().clone(), parameter.requires_grad));
        return copy;
    }

    public void Register(Action<string, Parameter> register)
    {
        this.attention.Register((name, parameter) => register($"self_attn.{name}", parameter));
        foreach (var (name, parameter) in this.parameters)
            register(name, parameter);
    }

    public Tensor Encode(Tensor source, Tensor? mask, Tensor? padding, bool training)
    {
        using var scope = NewDisposeScope();
        var attended = this.attention.Attend(source, source, source, padding, false, mask, training).Output;
        var x = Norm("norm1", source + Drop(attended));
        var hidden = Linear("linear1", x);
        var active = this.activation == nn.Activations.GELU ? nn.functional.gelu(hidden) : nn.functional.relu(hidden);
        return Norm("norm2", x + Drop(Linear("linear2", Drop(active)))).MoveToOuterDisposeScope();

        Tensor Drop(Tensor t) => this.dropout > 0 && training ? nn.functional.dropout(t, this.dropout) : t;
    }

    private Tensor Linear(string name, Tensor x) => nn.functional.linear(x, this.parameters[$"{name}.weight"], this.parameters[$"{name}.bias"]);

    private Tensor Norm(string name, Tensor x)
        => nn.functional.layer_norm(x, [this.dimensions], this.parameters[$"{name}.weight"], this.parameters[$"{name}.bias"]);

    private void AddLinear(string name, long inputs, long outputs)
    {
        var weight = nn.Parameter(empty([outputs, inputs]));
        var bias = nn.Parameter(empty([outputs]));
        nn.init.LinearDefaults(weight, bias);
        this.parameters.Add($"{name}.weight", weight);
        this.parameters.Add($"{name}.bias", bias);
    }
}
