namespace FineTune;

/// <summary>What becomes of the optimizer's moments when a model is recompiled.</summary>
public enum OptimizerState
{
    /// <summary>They start anew, as in Keras.</summary>
    Reset,

    /// <summary>Parameters that go on training keep theirs, matched by name.</summary>
    Carry,
}
