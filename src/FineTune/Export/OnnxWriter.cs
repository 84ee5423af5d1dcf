using FineTune.Onnx;
using FineTune.Weights;
using Google.Protobuf;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What the outside of a graph is called, and how large it is.</summary>
/// <param name="Value">The tensor.</param>
/// <param name="Dimensions">Each a size, or a name where the size is the caller's to choose.</param>
internal sealed record OnnxPort(OnnxValue Value, IReadOnlyList<object> Dimensions);

/// <summary>Writes a graph as ONNX's ModelProto; weights go from the model to the file, one after the other.</summary>
internal static class OnnxWriter
{
    private const long IrVersion = 8;
    private const long OperatorSet = 17;

    public static void Write(
        string path,
        string name,
        OnnxGraph graph,
        IReadOnlyList<OnnxPort> inputs,
        IReadOnlyList<OnnxPort> outputs,
        IReadOnlyList<(string Key, string Value)> metadata)
    {
        var initializers = graph.Initializers.Select(constant => new Initializer(constant.Name, constant.Tensor)).ToList();
        var body = Message(message =>
        {
            foreach (var node in graph.Nodes)
            {
                Nested(message, OnnxFields.Graph.Node, nested => Write(nested, node));
            }

            Text(message, OnnxFields.Graph.Name, name);
            foreach (var input in inputs)
            {
                Nested(message, OnnxFields.Graph.Input, nested => Write(nested, input));
            }

            foreach (var output in outputs)
            {
                Nested(message, OnnxFields.Graph.Output, nested => Write(nested, output));
            }
        });
        var length = body.Length + initializers.Sum(initializer => initializer.LengthInGraph);
        if (length > int.MaxValue - (1 << 20))
        {
            throw new FineTuneException(
                $"The model has {length / 1e9:0.0} GB of weights; an ONNX file without external data holds at most 2 GB.");
        }

        AtomicFile.Write(path, stream =>
        {
            using var file = new CodedOutputStream(stream, leaveOpen: true);
            Number(file, OnnxFields.Model.IrVersion, IrVersion);
            Text(file, OnnxFields.Model.ProducerName, "FineTune");
            Text(file, OnnxFields.Model.ProducerVersion, typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3));
            Nested(file, OnnxFields.Model.OpsetImport, nested =>
            {
                Text(nested, OnnxFields.Opset.Domain, "");
                Number(nested, OnnxFields.Opset.Version, OperatorSet);
            });
            foreach (var (key, value) in metadata)
            {
                Nested(file, OnnxFields.Model.Metadata, nested =>
                {
                    Text(nested, OnnxFields.Entry.Key, key);
                    Text(nested, OnnxFields.Entry.Value, value);
                });
            }

            file.WriteTag(OnnxFields.Model.Graph, WireFormat.WireType.LengthDelimited);
            file.WriteLength((int)length);
            file.Flush();
            stream.Write(body);
            foreach (var initializer in initializers)
            {
                initializer.Write(stream);
            }
        });
    }

    private static void Write(CodedOutputStream message, OnnxNode node)
    {
        foreach (var input in node.Inputs)
        {
            Text(message, OnnxFields.Node.Input, input);
        }

        Text(message, OnnxFields.Node.Output, node.Name);
        Text(message, OnnxFields.Node.Name, node.Name);
        Text(message, OnnxFields.Node.Operator, node.Operator);
        foreach (var (name, value) in node.Attributes)
        {
            Nested(message, OnnxFields.Node.Attribute, nested => WriteAttribute(nested, name, value));
        }
    }

    private static void WriteAttribute(CodedOutputStream message, string name, object value)
    {
        Text(message, OnnxFields.Attribute.Name, name);
        switch (value)
        {
            case double number:
                message.WriteTag(OnnxFields.Attribute.Number, WireFormat.WireType.Fixed32);
                message.WriteFloat((float)number);
                Number(message, OnnxFields.Attribute.Type, OnnxFields.AttributeType.Float);
                break;
            case long number:
                Number(message, OnnxFields.Attribute.Integer, number);
                Number(message, OnnxFields.Attribute.Type, OnnxFields.AttributeType.Int);
                break;
            case long[] numbers:
                Array.ForEach(numbers, number => Number(message, OnnxFields.Attribute.Integers, number));
                Number(message, OnnxFields.Attribute.Type, OnnxFields.AttributeType.Ints);
                break;
            default:
                throw new NotSupportedException($"{value.GetType()}");
        }
    }

    private static void Write(CodedOutputStream message, OnnxPort port)
    {
        Text(message, OnnxFields.ValueInfo.Name, port.Value.Name);
        Nested(message, OnnxFields.ValueInfo.Type, type => Nested(type, OnnxFields.Type.Tensor, tensor =>
        {
            Number(tensor, OnnxFields.Type.ElementType, OnnxTypes.NumberOf(port.Value.Type));
            Nested(tensor, OnnxFields.Type.Shape, shape =>
            {
                foreach (var dimension in port.Dimensions)
                {
                    Nested(shape, OnnxFields.Type.Dimension, nested =>
                    {
                        if (dimension is long size)
                        {
                            Number(nested, OnnxFields.Type.DimensionValue, size);
                        }
                        else
                        {
                            Text(nested, OnnxFields.Type.DimensionName, (string)dimension);
                        }
                    });
                }
            });
        }));
    }

    private static void Number(CodedOutputStream message, int field, long value)
    {
        message.WriteTag(field, WireFormat.WireType.Varint);
        message.WriteInt64(value);
    }

    private static void Text(CodedOutputStream message, int field, string value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteString(value);
    }

    private static void Nested(CodedOutputStream message, int field, Action<CodedOutputStream> write)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(UnsafeByteOperations.UnsafeWrap(Message(write)));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var message = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(message);
        }

        return bytes.ToArray();
    }

    /// <summary>A weight: all of its message but the data, which is copied from the tensor as it is written.</summary>
    private sealed class Initializer
    {
        private readonly Tensor tensor;
        private readonly byte[] head;
        private readonly long dataLength;

        public Initializer(string name, Tensor tensor)
        {
            this.tensor = tensor;
            dataLength = tensor.numel() * tensor.ElementSize;
            var header = Message(message =>
            {
                Array.ForEach(tensor.shape, size => Number(message, OnnxFields.Tensor.Dimensions, size));
                Number(message, OnnxFields.Tensor.DataType, OnnxTypes.NumberOf(tensor.dtype));
                Text(message, OnnxFields.Tensor.Name, name);
                message.WriteTag(OnnxFields.Tensor.RawData, WireFormat.WireType.LengthDelimited);
                message.WriteUInt64((ulong)dataLength);
            });
            head = Message(message =>
            {
                message.WriteTag(OnnxFields.Graph.Initializer, WireFormat.WireType.LengthDelimited);
                message.WriteUInt64((ulong)(header.Length + dataLength));
            });
            head = [.. head, .. header];
        }

        public long LengthInGraph => head.Length + dataLength;

        public void Write(Stream stream)
        {
            stream.Write(head);
            if (dataLength > 0)
            {
                using var here = tensor.detach().cpu().contiguous();
                stream.Write(here.bytes);
            }
        }
    }
}
