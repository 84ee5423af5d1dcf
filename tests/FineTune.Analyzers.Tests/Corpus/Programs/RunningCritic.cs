using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RunningCritic;

/// <summary>How long a lift will be under way: learned from what is seen on each ride.</summary>
internal sealed class RideValue : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;

    public RideValue(long features)
        : base("ride")
    {
        fc1 = Linear(features, 32);
        fc2 = Linear(32, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc2.call(functional.silu(fc1.call(x))).squeeze(-1);
}

internal readonly record struct Ride(IReadOnlyList<float[]> States, IReadOnlyList<float> Times);

internal sealed class Lift(int floors, int seed)
{
    private readonly Random random = new(seed);

    public Ride Next()
    {
        var (at, to) = (random.Next(floors), random.Next(floors));
        var states = new List<float[]>();
        var times = new List<float>();
        while (at != to)
        {
            states.Add([at / (float)floors, to / (float)floors, Math.Abs(at - to) / (float)floors]);
            times.Add(random.Next(4) == 0 ? 3 : 1);
            at += Math.Sign(to - at);
        }

        return new(states, times);
    }
}

internal sealed class TemporalDifference
{
    private readonly RideValue value;
    private readonly RideValue target;
    private readonly optim.Optimizer optimizer;
    private int updates;

    public TemporalDifference(RideValue value, RideValue target, double rate)
    {
        (this.value, this.target) = (value, target);
        foreach (var parameter in target.parameters())
            parameter.requires_grad = false;
        optimizer = optim.RMSProp(value.parameters(), rate);
    }

    public (double Loss, int Rides) Learn(IEnumerable<Ride> rides)
    {
        var count = 0;
        var sum = 0.0;
        foreach (var ride in rides)
        {
            var scope = NewDisposeScope(); // FT3007
            if (ride.States.Count < 2)
                continue;
            sum += Update(ride);
            count++;
            scope.Dispose();
        }

        return (sum / Math.Max(1, count), count);
    }

    private double Update(Ride ride)
    {
        var states = tensor(ride.States.SelectMany(state => state).ToArray()).view(ride.States.Count, -1);
        var times = tensor(ride.Times.ToArray());
        Tensor wanted;
        using (no_grad())
        {
            var following = cat([target.call(states).slice(0, 1, ride.States.Count, 1), zeros(1)], 0);
            wanted = times + following;
        }

        var loss = functional.smooth_l1_loss(value.call(states), wanted);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        if (++updates % 100 == 0)
            target.load_state_dict(value.state_dict());
        return loss.item<float>();
    }
}

internal static class Program
{
    private const int Floors = 12;

    private static void Main()
    {
        manual_seed(92);
        var value = new RideValue(3);
        var target = new RideValue(3);
        target.load_state_dict(value.state_dict());
        var learner = new TemporalDifference(value, target, 2e-3);
        var lift = new Lift(Floors, 7);
        for (var day = 1; day <= 8; day++)
        {
            var (loss, rides) = learner.Learn(Enumerable.Range(0, 300).Select(_ => lift.Next()));
            Console.WriteLine($"Day {day}: {loss:F4} over {rides} rides");
        }

        for (var distance = 2; distance < Floors; distance += 3)
            Console.WriteLine($"{distance} floors take {Estimate(value, 0, distance):F1}, expected are {distance * 1.5:F1}.");
    }

    private static float Estimate(RideValue value, int from, int to)
    {
        var guard = no_grad();
        try
        {
            using var state = tensor(new[] { from / (float)Floors, to / (float)Floors, (to - from) / (float)Floors });
            using var answer = value.call(state);
            return answer.item<float>();
        }
        finally
        {
            guard.Dispose();
        }
    }
}
