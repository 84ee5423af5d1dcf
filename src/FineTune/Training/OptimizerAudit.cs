namespace FineTune;

/// <summary>
/// Checks that the optimizer covers exactly what is trainable: a parameter that it misses would silently not train,
/// one that the model no longer has would be trained in its place.
/// </summary>
internal static class OptimizerAudit
{
    public static void Check(OptimizerBinding binding)
    {
        var covered = new HashSet<object>(binding.Optimizer.parameters(), ReferenceEqualityComparer.Instance);
        foreach (var (name, parameter) in binding.Model.named_parameters())
        {
            var isCovered = covered.Remove(parameter) || binding.SharedElsewhere.Contains(parameter);
            if (isCovered != parameter.requires_grad)
            {
                ThrowIfWithoutRole(binding);
                throw new FineTuneException(parameter.requires_grad
                    ? $"The parameter {name} is trainable but the optimizer does not cover it; compile after moving the model "
                        + "to its device and after replacing its parts."
                    : $"The parameter {name} is frozen but the optimizer covers it; leave it out of its parameter group.");
            }
        }

        covered.ExceptWith(binding.SharedElsewhere);
        if (covered.Count > 0)
        {
            throw new FineTuneException(!binding.Model.named_parameters().Any()
                ? $"{binding.Model.GetName()} has no registered part; its constructor must call RegisterComponents() once its members are "
                    + "assigned."
                :
                $"The optimizer covers {covered.Count} parameters that the model does not have (any more); compile after "
                + "moving the model to its device and after replacing its parts.");
        }
    }

    /// <summary>What no attribute names is in no group: it would keep the weights that it was made with.</summary>
    private static void ThrowIfWithoutRole(OptimizerBinding binding)
    {
        var roles = binding.Manifest.Members.Select(member => member.Name).ToHashSet();
        var without = binding.Model.named_parameters()
            .Where(named => named.parameter.requires_grad && !binding.SharedElsewhere.Contains(named.parameter))
            .Select(named => named.name.Split('.', 2)[0])
            .Where(member => !roles.Contains(member))
            .Distinct()
            .ToList();
        if (without.Count > 0)
        {
            throw new FineTuneException(
                $"{binding.Model.GetName()} has members without a role: {string.Join(", ", without.Select(member => $"'{member}'"))}. "
                    + "They would never train; mark each [Backbone], [Head] or [Frozen].");
        }
    }
}
