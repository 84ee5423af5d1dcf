using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContinuousControl;

/// <summary>What an agent of this kind can be told.</summary>
public record DdpgOptions
{
    public required int StateSize { get; init; }

    public required int ActionSize { get; init; }

    public int Hidden { get; init; } = 48;

    public float Gamma { get; init; } = 0.98f;

    public float Tau { get; init; } = 0.01f;

    public double ActorRate { get; init; } = 1e-4;

    public double CriticRate { get; init; } = 1e-3;

    public int BatchSize { get; init; } = 64;
}

public class ActorNet : nn.Module<Tensor, Tensor>
{
    private readonly Linear _fc1;
    private readonly Linear _fc2;
    private readonly Linear _out;

    public ActorNet(DdpgOptions options) : base("actor")
    {
        _fc1 = nn.Linear(options.StateSize, options.Hidden);
        _fc2 = nn.Linear(options.Hidden, options.Hidden);
        _out = nn.Linear(options.Hidden, options.ActionSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor state) => tanh(_out.call(nn.functional.relu(_fc2.call(nn.functional.relu(_fc1.call(state))))));
}

public class CriticNet : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Linear _state;
    private readonly Linear _joint;
    private readonly Linear _value;

    public CriticNet(DdpgOptions options) : base("critic")
    {
        _state = nn.Linear(options.StateSize, options.Hidden);
        _joint = nn.Linear(options.Hidden + options.ActionSize, options.Hidden);
        _value = nn.Linear(options.Hidden, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor state, Tensor action)
    {
        var features = nn.functional.relu(_state.call(state));
        return _value.call(nn.functional.relu(_joint.call(cat(new[] { features, action }, 1))));
    }
}

public class OrnsteinNoise
{
    private readonly Random _random = new Random(17);
    private readonly float[] _state;

    public OrnsteinNoise(int size) => _state = new float[size];

    public float[] Next()
    {
        for (int i = 0; i < _state.Length; i++)
            _state[i] += -0.15f * _state[i] + 0.2f * (float)(_random.NextDouble() * 2 - 1);
        return _state.ToArray();
    }
}

public class DdpgAgent : IDisposable
{
    private readonly DdpgOptions _options;
    private readonly Device _device;
    private readonly ActorNet _actor;
    private readonly ActorNet _actorTarget;
    private readonly CriticNet _critic;
    private readonly CriticNet _criticTarget;
    private readonly optim.Optimizer _actorOptimizer;
    private readonly optim.Optimizer _criticOptimizer;
    private readonly OrnsteinNoise _noise;
    private readonly Queue<(float[] State, float[] Action, float Reward, float[] Next)> _memory = new();
    private readonly Random _random = new Random(4);

    public DdpgAgent(DdpgOptions options)
    {
        _options = options;
        _device = cuda.is_available() ? CUDA : CPU;
        _actor = new ActorNet(options).to(_device);
        _actorTarget = new ActorNet(options).to(_device);
        _critic = new CriticNet(options).to(_device);
        _criticTarget = new CriticNet(options).to(_device);

        _actorOptimizer = optim.Adam(_actor.parameters(), options.ActorRate);
        _criticOptimizer = optim.Adam(_critic.parameters(), options.CriticRate, weight_decay: 1e-4);

        CopyWeights(_actor, _actorTarget, 1f);
        CopyWeights(_critic, _criticTarget, 1f);
        SetRequiresGrad(_actorTarget, false);
        SetRequiresGrad(_criticTarget, false);
        _noise = new OrnsteinNoise(options.ActionSize);
    }

    public float[] SelectAction(float[] state, bool explore)
    {
        _actor.eval();
        float[] action;
        using (no_grad())
        using (var input = tensor(state, device: _device).unsqueeze(0))
        using (var output = _actor.call(input).cpu())
        {
            action = output.data<float>().ToArray();
        }

        _actor.train();
        return explore ? action.Zip(_noise.Next(), (a, n) => Math.Clamp(a + n, -1f, 1f)).ToArray() : action;
    }

    public void Remember(float[] state, float[] action, float reward, float[] next)
    {
        if (_memory.Count >= 20_000)
            _memory.Dequeue();
        _memory.Enqueue((state, action, reward, next));
    }

    public (float Critic, float Actor)? Update()
    {
        if (_memory.Count < _options.BatchSize * 4)
            return null;

        using var scope = NewDisposeScope();
        var sample = _memory.OrderBy(_ => _random.Next()).Take(_options.BatchSize).ToArray();
        var states = tensor(sample.SelectMany(s => s.State).ToArray(), device: _device).view(_options.BatchSize, -1);
        var actions = tensor(sample.SelectMany(s => s.Action).ToArray(), device: _device).view(_options.BatchSize, -1);
        var rewards = tensor(sample.Select(s => s.Reward).ToArray(), device: _device).unsqueeze(1);
        var nexts = tensor(sample.SelectMany(s => s.Next).ToArray(), device: _device).view(_options.BatchSize, -1);

        var target = rewards + _options.Gamma * _criticTarget.call(nexts, _actorTarget.call(nexts));
        var criticLoss = nn.functional.mse_loss(_critic.call(states, actions), target.detach());
        _criticOptimizer.zero_grad();
        criticLoss.backward();
        nn.utils.clip_grad_norm_(_critic.parameters(), 1.0);
        _criticOptimizer.step();

        // The critic only passes the gradient on, so it need not have one of its own here.
        SetRequiresGrad(_critic, false);
        var actorLoss = -_critic.call(states, _actor.call(states)).mean();
        _actorOptimizer.zero_grad();
        actorLoss.backward();
        _actorOptimizer.step();
        SetRequiresGrad(_critic, true);

        CopyWeights(_actor, _actorTarget, _options.Tau);
        CopyWeights(_critic, _criticTarget, _options.Tau);
        return (criticLoss.item<float>(), actorLoss.item<float>());
    }

    public void Dispose()
    {
        _actorOptimizer.Dispose();
        _criticOptimizer.Dispose();
        foreach (nn.Module net in new nn.Module[] { _actor, _actorTarget, _critic, _criticTarget })
            net.Dispose();
    }

    private static void CopyWeights(nn.Module from, nn.Module to, float rate)
    {
        using var guard = no_grad();
        foreach (var (source, destination) in from.parameters().Zip(to.parameters()))
            destination.copy_(rate * source + (1 - rate) * destination);
    }

    private static void SetRequiresGrad(nn.Module net, bool value)
    {
        foreach (var p in net.parameters())
            p.requires_grad = value;
    }
}

public static class Program
{
    private static void Main()
    {
        random.manual_seed(0);
        using var agent = new DdpgAgent(new DdpgOptions { StateSize = 2, ActionSize = 1 });
        for (int episode = 0; episode < 20; episode++)
        {
            float position = 1f, velocity = 0f, score = 0f;
            for (int step = 0; step < 100; step++)
            {
                float[] state = { position, velocity };
                float[] action = agent.SelectAction(state, explore: true);
                velocity = 0.95f * velocity + 0.1f * action[0];
                position += 0.1f * velocity;
                float reward = -position * position - 0.01f * action[0] * action[0];
                agent.Remember(state, action, reward, new[] { position, velocity });
                score += reward;
                agent.Update();
            }

            Console.WriteLine($"{episode,3}: {score:F2}");
        }
    }
}
