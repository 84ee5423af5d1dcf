namespace FineTune;

/// <summary>The part that a member of an annotated model plays.</summary>
public enum MemberRole
{
    /// <summary>Pre-trained: frozen in the head phase, unfrozen from its end in the fine-tune phase.</summary>
    Backbone,

    /// <summary>Starts from random weights: trains in every phase.</summary>
    Head,

    /// <summary>Never trains.</summary>
    Frozen,
}
