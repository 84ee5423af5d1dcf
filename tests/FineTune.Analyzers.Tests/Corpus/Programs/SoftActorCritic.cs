using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SoftActorCritic;

public sealed class GaussianPolicy : Module<Tensor, (Tensor Action, Tensor LogProbability)>
{
    private readonly Sequential body;
    private readonly Linear mean;
    private readonly Linear logDeviation;

    public GaussianPolicy(int observations, int actions, int hidden)
        : base(nameof(GaussianPolicy))
    {
        body = Sequential(Linear(observations, hidden), ReLU(), Linear(hidden, hidden), ReLU());
        mean = Linear(hidden, actions);
        logDeviation = Linear(hidden, actions);
        RegisterComponents();
    }

    public override (Tensor Action, Tensor LogProbability) forward(Tensor observation)
    {
        var features = body.call(observation);
        var center = mean.call(features);
        var deviation = logDeviation.call(features).clamp(-5, 2).exp();
        var raw = center + deviation * randn_like(center);
        var action = raw.tanh();
        var density = -0.5 * ((raw - center) / deviation).pow(2) - deviation.log() - 0.5 * Math.Log(2 * Math.PI);
        var correction = (1 - action.pow(2) + 1e-6).log();
        return (action, (density - correction).sum(1, keepdim: true));
    }
}

public sealed class TwinCritic : Module<Tensor, Tensor, (Tensor First, Tensor Second)>
{
    private readonly Sequential first;
    private readonly Sequential second;

    public TwinCritic(int observations, int actions, int hidden)
        : base(nameof(TwinCritic))
    {
        first = Head(observations + actions, hidden);
        second = Head(observations + actions, hidden);
        RegisterComponents();
    }

    public override (Tensor First, Tensor Second) forward(Tensor observation, Tensor action)
    {
        var joined = cat([observation, action], 1);
        return (first.call(joined), second.call(joined));
    }

    private static Sequential Head(int inputs, int hidden) =>
        Sequential(Linear(inputs, hidden), ReLU(), Linear(hidden, hidden), ReLU(), Linear(hidden, 1));
}

public sealed record Experience(Tensor States, Tensor Actions, Tensor Rewards, Tensor Nexts, Tensor Alive);

public sealed class ReplayBuffer(int capacity, int seed)
{
    private readonly List<(float[] State, float[] Action, float Reward, float[] Next, bool Done)> items = [];
    private readonly Random random = new(seed);

    public int Count => items.Count;

    public void Add(float[] state, float[] action, float reward, float[] next, bool done)
    {
        if (items.Count == capacity)
            items.RemoveAt(random.Next(items.Count));
        items.Add((state, action, reward, next, done));
    }

    public Experience Sample(int size)
    {
        var chosen = Enumerable.Range(0, size).Select(_ => items[random.Next(items.Count)]).ToList();
        return new Experience(
            stack(chosen.Select(item => tensor(item.State))),
            stack(chosen.Select(item => tensor(item.Action))),
            tensor(chosen.Select(item => item.Reward).ToArray()).unsqueeze(1),
            stack(chosen.Select(item => tensor(item.Next))),
            tensor(chosen.Select(item => item.Done ? 0f : 1f).ToArray()).unsqueeze(1));
    }
}

public sealed class Pendulum(int seed)
{
    private readonly Random random = new(seed);
    private double angle, speed;

    public float[] Reset()
    {
        angle = Math.PI + random.NextDouble() - 0.5;
        speed = 0;
        return Observe();
    }

    public (float[] State, float Reward) Step(float torque)
    {
        speed = Math.Clamp(speed + 0.05 * (15 * Math.Sin(angle) + 6 * torque), -8, 8);
        angle += 0.05 * speed;
        var wrapped = Math.IEEERemainder(angle, 2 * Math.PI);
        return (Observe(), (float)-(wrapped * wrapped + 0.1 * speed * speed + 0.001 * torque * torque));
    }

    private float[] Observe() => [(float)Math.Cos(angle), (float)Math.Sin(angle), (float)speed / 8];
}

public sealed class SacAgent
{
    private readonly GaussianPolicy actor;
    private readonly TwinCritic critic;
    private readonly TwinCritic target;
    private readonly optim.Optimizer actorOptimizer;
    private readonly optim.Optimizer criticOptimizer;
    private readonly double temperature;

    public SacAgent(int observations, int actions, double temperature)
    {
        this.temperature = temperature;
        actor = new GaussianPolicy(observations, actions, 64);
        critic = new TwinCritic(observations, actions, 64);
        target = new TwinCritic(observations, actions, 64);
        target.load_state_dict(critic.state_dict());
        foreach (var parameter in target.parameters())
            parameter.requires_grad = false;
        actorOptimizer = optim.Adam(actor.parameters(), 3e-4);
        criticOptimizer = optim.Adam(critic.parameters(), 3e-4);
    }

    public void Learn(Pendulum environment, int episodes)
    {
        var buffer = new ReplayBuffer(20_000, 5);
        for (var episode = 0; episode < episodes; episode++)
        {
            var state = environment.Reset();
            var score = 0f;
            for (var t = 0; t < 150; t++)
            {
                var action = Act(state);
                var (next, reward) = environment.Step(action[0]);
                buffer.Add(state, action, reward, next, done: false);
                state = next;
                score += reward;
                if (buffer.Count < 256)
                    continue;
                using var scope = NewDisposeScope();
                var batch = buffer.Sample(64);
                UpdateCritic(batch);
                UpdateActor(batch); // FT3009
                FollowCritic(0.005);
            }

            Console.WriteLine($"Episode {episode}: {score:F1}");
        }
    }

    private float[] Act(float[] state)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return actor.call(tensor(state).unsqueeze(0)).Action.data<float>().ToArray();
    }

    private void UpdateCritic(Experience batch)
    {
        Tensor expected;
        using (no_grad())
        {
            var (nextAction, logProbability) = actor.call(batch.Nexts);
            var (a, b) = target.call(batch.Nexts, nextAction);
            expected = batch.Rewards + 0.99 * batch.Alive * (minimum(a, b) - temperature * logProbability);
        }

        var (first, second) = critic.call(batch.States, batch.Actions);
        var loss = functional.mse_loss(first, expected) + functional.mse_loss(second, expected);
        criticOptimizer.zero_grad();
        loss.backward();
        criticOptimizer.step();
    }

    private void UpdateActor(Experience batch)
    {
        var (action, logProbability) = actor.call(batch.States);
        var (first, second) = critic.call(batch.States, action);
        var loss = (temperature * logProbability - minimum(first, second)).mean();
        loss.backward();
        actorOptimizer.step();
    }

    private void FollowCritic(double rate)
    {
        using var _ = no_grad();
        foreach (var (slow, fast) in target.parameters().Zip(critic.parameters()))
            slow.mul_(1 - rate).add_(fast, alpha: rate);
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(11);
        var agent = new SacAgent(observations: 3, actions: 1, temperature: 0.2);
        agent.Learn(new Pendulum(2), episodes: 40);
    }
}
