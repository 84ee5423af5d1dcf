using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Goto in and out of loops, labels, switches that fall on, checked blocks, locks, nested finally, endless loops.
var net = Linear(4, 2);
var optimizer = optim.SGD(net.parameters(), 0.1);
var tries = 0;
again:
try
{
    lock (net)
    {
        checked
        {
            tries *= 2;
            tries++;
        }

        try
        {
            if (tries > 100)
                goto done;
            optimizer.step();
        }
        finally
        {
            try
            {
                optimizer.zero_grad();
            }
            finally
            {
                tries += tries is 1 or 3 ? 1 : 0;
            }
        }
    }

    if (tries < 50)
        goto again;
    while (true)
    {
        for (; ; )
        {
            if (tries++ > 90)
                break;
            do
                continue;
            while (tries < 3);
        }

        goto again;
    }
}
catch (Exception error) when (error is ArgumentException or { Message.Length: > 3 })
{
    goto again;
}

done:
net.SetTrainable(false);
optimizer.step(); // FT3001
return;

internal static class Trainability
{
    public static Module SetTrainable(this Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
        return module;
    }
}
