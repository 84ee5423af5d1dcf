using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ProximalPolicy;

internal sealed class ActorCritic : Module<Tensor, (Tensor Logits, Tensor Value)>
{
    private readonly Sequential trunk;
    private readonly Linear policy;
    private readonly Linear value;

    public ActorCritic(long inputs, long actions)
        : base("actor_critic")
    {
        trunk = Sequential(Linear(inputs, 64), Tanh(), Linear(64, 64), Tanh());
        policy = Linear(64, actions);
        value = Linear(64, 1);
        RegisterComponents();
    }

    public override (Tensor Logits, Tensor Value) forward(Tensor x)
    {
        var features = trunk.call(x);
        return (policy.call(features), value.call(features).squeeze(-1));
    }
}

/// <summary>A pole on a cart.</summary>
internal sealed class CartPole
{
    private readonly Random random = new(3);
    private readonly double[] state = new double[4];
    private int age;

    public float[] Reset()
    {
        for (var i = 0; i < state.Length; i++)
            state[i] = random.NextDouble() * 0.1 - 0.05;
        age = 0;
        return Array.ConvertAll(state, value => (float)value);
    }

    public (float[] Observation, float Reward, bool Done) Step(long action)
    {
        var force = action == 1 ? 10.0 : -10.0;
        var (sine, cosine) = Math.SinCos(state[2]);
        var push = (force + 0.05 * state[3] * state[3] * sine) / 1.1;
        var turn = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3 - 0.1 * cosine * cosine / 1.1));
        state[0] += 0.02 * state[1];
        state[1] += 0.02 * (push - 0.05 * turn * cosine / 1.1);
        state[2] += 0.02 * state[3];
        state[3] += 0.02 * turn;
        var done = Math.Abs(state[0]) > 2.4 || Math.Abs(state[2]) > 0.21 || ++age >= 300;
        return (Array.ConvertAll(state, value => (float)value), 1, done);
    }
}

internal sealed record Rollout(Tensor States, Tensor Actions, Tensor OldLogs, Tensor Advantages, Tensor Returns);

internal sealed class PpoAgent
{
    private const int Horizon = 512;
    private const double Clip = 0.2;

    private readonly CartPole environment = new();
    private readonly ActorCritic network = new(4, 2);
    private readonly optim.Optimizer optimizer;
    private readonly optim.lr_scheduler.LRScheduler scheduler;
    private float[] observation;

    public PpoAgent(int iterations)
    {
        optimizer = optim.Adam(network.parameters(), 1e-3, eps: 1e-5);
        scheduler = optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, iterations);
        observation = environment.Reset();
    }

    public double Iterate()
    {
        using var scope = NewDisposeScope();
        var rollout = Collect(out var meanLength);
        for (var epoch = 0; epoch < 4; epoch++)
        {
            foreach (var indices in randperm(Horizon).split(128))
                Improve(rollout, indices);
        }

        scheduler.step();
        return meanLength;
    }

    private void Improve(Rollout rollout, Tensor indices)
    {
        using var scope = NewDisposeScope();
        var (logits, values) = network.call(rollout.States[indices]);
        var logs = functional.log_softmax(logits, -1);
        var chosen = logs.gather(1, rollout.Actions[indices].unsqueeze(1)).squeeze(1);
        var ratio = (chosen - rollout.OldLogs[indices]).exp();
        var advantages = rollout.Advantages[indices];
        var objective = minimum(ratio * advantages, ratio.clamp(1 - Clip, 1 + Clip) * advantages).mean();
        var entropy = -(logs.exp() * logs).sum(-1).mean();
        var error = functional.mse_loss(values, rollout.Returns[indices]);

        var loss = -objective;
        loss += 0.5 * error;
        loss -= 0.01 * entropy;
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(network.parameters(), 0.5);
        optimizer.step();
    }

    private Rollout Collect(out double meanLength)
    {
        using var _ = no_grad();
        var states = new List<float[]>();
        var actions = new List<long>();
        var logs = new List<float>();
        var values = new List<float>();
        var rewards = new List<float>();
        var ends = new List<bool>();
        for (var t = 0; t < Horizon; t++)
        {
            using var scope = NewDisposeScope();
            var (logits, value) = network.call(tensor(observation).unsqueeze(0));
            var probabilities = functional.softmax(logits, -1);
            var action = multinomial(probabilities, 1).item<long>();
            states.Add(observation);
            actions.Add(action);
            logs.Add(probabilities[0, action].log().item<float>());
            values.Add(value.item<float>());
            var (next, reward, done) = environment.Step(action);
            rewards.Add(reward);
            ends.Add(done);
            observation = done ? environment.Reset() : next;
        }

        var last = network.call(tensor(observation).unsqueeze(0)).Value.item<float>();
        var advantages = new float[Horizon];
        var running = 0f;
        for (var t = Horizon - 1; t >= 0; t--)
        {
            var following = ends[t] ? 0 : t == Horizon - 1 ? last : values[t + 1];
            var delta = rewards[t] + 0.99f * following - values[t];
            running = delta + (ends[t] ? 0 : 0.99f * 0.95f * running);
            advantages[t] = running;
        }

        meanLength = (double)Horizon / Math.Max(1, ends.Count(end => end));
        var advantage = tensor(advantages);
        return new(
            tensor(states.SelectMany(state => state).ToArray()).view(Horizon, 4),
            tensor(actions.ToArray()),
            tensor(logs.ToArray()),
            (advantage - advantage.mean()) / (advantage.std() + 1e-8),
            advantage + tensor(values.ToArray()));
    }
}

internal static class Program
{
    private static void Main()
    {
        manual_seed(1);
        const int Iterations = 60;
        var agent = new PpoAgent(Iterations);
        for (var i = 0; i < Iterations; i++)
            Console.WriteLine($"Iteration {i}: {agent.Iterate():F1} steps per episode");
    }
}
