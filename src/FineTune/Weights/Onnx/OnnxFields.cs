namespace FineTune.Weights;

/// <summary>The numbers of the fields of ONNX's messages, those that are used here.</summary>
/// <seealso href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto"/>
internal static class OnnxFields
{
    /// <summary>ModelProto: the file.</summary>
    public static class Model
    {
        public const int IrVersion = 1, ProducerName = 2, ProducerVersion = 3, Domain = 4, ModelVersion = 5, Documentation = 6, Graph = 7,
            OpsetImport = 8, Metadata = 14;
    }

    /// <summary>OperatorSetIdProto: which version of the operators a model is written for.</summary>
    public static class Opset
    {
        public const int Domain = 1, Version = 2;
    }

    /// <summary>GraphProto: what is computed, from which weights.</summary>
    public static class Graph
    {
        public const int Node = 1, Name = 2, Initializer = 5, Input = 11, Output = 12, ValueInfo = 13, SparseInitializer = 15;
    }

    /// <summary>NodeProto: one operator with the names of what goes in and comes out.</summary>
    public static class Node
    {
        public const int Input = 1, Output = 2, Name = 3, Operator = 4, Attribute = 5, Domain = 7;
    }

    /// <summary>AttributeProto: an option of an operator.</summary>
    public static class Attribute
    {
        public const int Name = 1, Number = 2, Integer = 3, Text = 4, Tensor = 5, Numbers = 7, Integers = 8, Type = 20;
    }

    /// <summary>AttributeProto.AttributeType: of what kind an option is.</summary>
    public static class AttributeType
    {
        public const int Float = 1, Int = 2, String = 3, Ints = 7;
    }

    /// <summary>TensorProto: a tensor, with its elements or where they lie.</summary>
    public static class Tensor
    {
        public const int Dimensions = 1, DataType = 2, Segment = 3, Floats = 4, Int32s = 5, Strings = 6, Int64s = 7, Name = 8,
            RawData = 9, Doubles = 10, UInt64s = 11, ExternalData = 13, DataLocation = 14;
    }

    /// <summary>StringStringEntryProto: a key and its value.</summary>
    public static class Entry
    {
        public const int Key = 1, Value = 2;
    }

    /// <summary>ValueInfoProto: the name and the type of what goes into a graph or comes out of it.</summary>
    public static class ValueInfo
    {
        public const int Name = 1, Type = 2;
    }

    /// <summary>TypeProto and the messages in it: the type of elements and the size of each dimension, known or named.</summary>
    public static class Type
    {
        public const int Tensor = 1, ElementType = 1, Shape = 2, Dimension = 1, DimensionValue = 1, DimensionName = 2;
    }
}
