namespace FineTune.Text;

/// <summary>How a sentence's features come from those of its tokens.</summary>
public enum Pooling
{
    /// <summary>Those of the first token, which is <c>[CLS]</c>.</summary>
    FirstToken,

    /// <summary>Their mean, padding aside: what sentence embeddings are trained with.</summary>
    Mean,

    /// <summary>Those of the first token through a linear layer and tanh: BERT's own, <c>pooler</c> in its files.</summary>
    Pooler,
}
