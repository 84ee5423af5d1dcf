namespace FineTune;

/// <summary>
/// What the generated half of an annotated model offers to the runtime: its manifest, its layers, and the one
/// transition that changes what trains.
/// </summary>
public interface IFineTunable
{
    /// <summary>What the attributes of the class say.</summary>
    Manifest Manifest { get; }

    /// <summary>The one value that decides what trains; changed by <see cref="EnterPhase"/> only.</summary>
    Phase Phase { get; }

    /// <summary>The layers of the backbone (of all backbones, in declaration order), in forward order.</summary>
    LayerList Layers { get; }

    /// <summary>Whether no parameter of the backbone trains.</summary>
    bool IsBackboneFrozen { get; }

    /// <summary>
    /// The parameters that train now, grouped by member, each group with the learning rate that its attributes and
    /// <paramref name="rates"/> give it. Groups in which nothing trains are left to the caller to drop.
    /// </summary>
    IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates);

    /// <summary>
    /// Freezes and unfreezes the backbone's layers as <paramref name="phase"/> says, nulls the gradients of what is
    /// frozen, and puts frozen layers into inference mode. Compiled models become stale where this changed anything.
    /// </summary>
    void EnterPhase(Phase phase);

    /// <summary>
    /// What <c>forward</c> answers to a batch, whatever the number of inputs and outputs; through <c>call</c>, so that hooks see it.
    /// </summary>
    /// <param name="inputs">As many as <c>forward</c> takes, in its order, each [N, …].</param>
    /// <returns>The output, or the elements of the tuple that it is, each [N, …].</returns>
    /// <exception cref="FineTuneException">The model takes another number of inputs, or something else than tensors.</exception>
    Tensors Call(Tensors inputs) => ModelCall.OfPlain(this, inputs);
}
