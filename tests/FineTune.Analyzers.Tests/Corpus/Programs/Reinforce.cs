using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CartPole;

/// <summary>The pole on a cart, with Euler's method.</summary>
internal sealed class CartPoleEnvironment
{
    private readonly Random random;
    private double x, velocity, angle, spin;

    public CartPoleEnvironment(int seed) => random = new Random(seed);

    public float[] Reset()
    {
        x = Small();
        velocity = Small();
        angle = Small();
        spin = Small();
        return State();
    }

    public (float[] State, float Reward, bool Done) Step(int action)
    {
        var force = action == 1 ? 10.0 : -10.0;
        var cos = Math.Cos(angle);
        var sin = Math.Sin(angle);
        var temp = (force + 0.05 * spin * spin * sin) / 1.1;
        var angular = (9.8 * sin - cos * temp) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1));
        var acceleration = temp - 0.05 * angular * cos / 1.1;
        x += 0.02 * velocity;
        velocity += 0.02 * acceleration;
        angle += 0.02 * spin;
        spin += 0.02 * angular;
        var done = Math.Abs(x) > 2.4 || Math.Abs(angle) > 0.2095;
        return (State(), 1, done);
    }

    private float[] State() => [(float)x, (float)velocity, (float)angle, (float)spin];

    private double Small() => random.NextDouble() * 0.1 - 0.05;
}

internal sealed class Policy : Module<Tensor, Tensor>
{
    private readonly Linear affine1 = Linear(4, 128);
    private readonly Dropout dropout = Dropout(0.6);
    private readonly Linear affine2 = Linear(128, 2);

    public Policy()
        : base("policy") => RegisterComponents();

    public List<Tensor> LogProbabilities { get; } = [];

    public List<float> Rewards { get; } = [];

    public override Tensor forward(Tensor state)
    {
        var x = functional.relu(dropout.call(affine1.call(state)));
        return functional.softmax(affine2.call(x), 1);
    }
}

internal static class Program
{
    private const double Gamma = 0.99;

    private static void Main()
    {
        manual_seed(543);
        var environment = new CartPoleEnvironment(543);
        var policy = new Policy();
        var optimizer = optim.Adam(policy.parameters(), 1e-2);
        var running = 10.0;
        for (var episode = 1; ; episode++)
        {
            var state = environment.Reset();
            var total = 0f;
            for (var t = 1; t < 10_000; t++)
            {
                var action = SelectAction(policy, state);
                (state, var reward, var done) = environment.Step(action);
                policy.Rewards.Add(reward);
                total += reward;
                if (done)
                    break;
            }

            running = 0.05 * total + 0.95 * running;
            FinishEpisode(policy, optimizer);
            if (episode % 10 == 0)
                Console.WriteLine($"Episode {episode}\tlast reward {total:F0}\taverage {running:F2}");
            if (running > 475)
            {
                Console.WriteLine("Solved.");
                break;
            }
        }
    }

    private static int SelectAction(Policy policy, float[] state)
    {
        var probabilities = policy.call(tensor(state).unsqueeze(0));
        var action = multinomial(probabilities.detach(), 1);
        policy.LogProbabilities.Add(probabilities.gather(1, action).log().squeeze());
        return (int)action.item<long>();
    }

    private static void FinishEpisode(Policy policy, optim.Optimizer optimizer)
    {
        var returns = new LinkedList<double>();
        var accumulated = 0.0;
        foreach (var reward in Enumerable.Reverse(policy.Rewards))
        {
            accumulated = reward + Gamma * accumulated;
            returns.AddFirst(accumulated);
        }

        var scaled = tensor(returns.Select(value => (float)value).ToArray());
        scaled = (scaled - scaled.mean()) / (scaled.std() + 1e-8);
        var policyLoss = (-stack(policy.LogProbabilities) * scaled).sum();
        optimizer.zero_grad();
        policyLoss.backward();
        optimizer.step();
        policy.Rewards.Clear();
        policy.LogProbabilities.Clear();
    }
}
