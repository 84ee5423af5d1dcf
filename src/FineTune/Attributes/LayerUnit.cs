namespace FineTune;

/// <summary>What <c>UnfreezeLast</c> counts as one.</summary>
public enum LayerUnit
{
    /// <summary>A leaf module, with or without parameters, as Keras counts <c>base_model.layers[-n:]</c>.</summary>
    Layer,

    /// <summary>A leaf module with parameters.</summary>
    Parameterized,

    /// <summary>
    /// A direct child of the backbone, or of one of its sequential stages, with parameters in it: a residual block,
    /// say. A stage may line up stages.
    /// </summary>
    Block,
}
