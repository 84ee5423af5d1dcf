// Every operator of libtorch through one door: the boxed dispatcher. Arguments that the caller
// leaves out, or passes as None where the schema has no None, take the schema's defaults.
#include "abi.h"

namespace {

struct Operator {
    c10::OperatorHandle handle;
    const std::vector<c10::Argument>& arguments() const { return handle.schema().arguments(); }
};

c10::TypeKind elementKind(const c10::Type& type) { return type.containedType(0)->kind(); }

c10::IValue list(const Value& value, const c10::Type& type) {
    switch (value.kind) {
        case Kind::Long: return std::vector<int64_t>{value.number};
        case Kind::LongList: return std::vector<int64_t>(value.longs, value.longs + value.length);
        case Kind::Double: return std::vector<double>{value.real};
        case Kind::DoubleList: return std::vector<double>(value.doubles, value.doubles + value.length);
        default: break;
    }
    auto tensors = borrow(value.objects, value.length);
    if (elementKind(type) != c10::TypeKind::OptionalType) return tensors;
    c10::List<c10::optional<at::Tensor>> optionals;
    for (auto& tensor : tensors) optionals.push_back(tensor.defined() ? c10::make_optional(tensor) : c10::nullopt);
    return optionals;
}

c10::IValue single(const Value& value, const c10::Type& type) {
    switch (value.kind) {
        case Kind::Tensor: return borrow(value.object);
        case Kind::Long:
            if (type.kind() == c10::TypeKind::FloatType) return static_cast<double>(value.number);
            return value.number;
        case Kind::Double: return value.real;
        case Kind::Bool: return value.number != 0;
        case Kind::String: return std::string(value.text, value.length);
        case Kind::Device:
            return c10::Device(static_cast<c10::DeviceType>(value.number >> 32), static_cast<c10::DeviceIndex>(value.number));
        case Kind::Generator: return borrowGenerator(value.object);
        default: TORCH_CHECK(false, "a list was passed where ", type.str(), " was expected");
    }
}

c10::IValue box(const Value* value, const c10::Argument& argument) {
    const c10::Type* type = argument.type().get();
    bool optional = type->kind() == c10::TypeKind::OptionalType;
    if (value == nullptr || (value->kind == Kind::None && !optional)) {
        TORCH_CHECK(argument.default_value(), "argument '", argument.name(), "' is missing");
        return *argument.default_value();
    }
    if (value->kind == Kind::None) return {};
    if (optional) type = type->containedType(0).get();
    return type->kind() == c10::TypeKind::ListType ? list(*value, *type) : single(*value, *type);
}

Value unbox(c10::IValue&& result) {
    Value value{};
    if (result.isTensor()) {
        value.kind = Kind::Tensor;
        value.object = give(std::move(result).toTensor());
    } else if (result.isTensorList()) {
        auto tensors = result.toTensorVector();
        auto handles = static_cast<void**>(std::malloc(sizeof(void*) * (tensors.size() + 1)));
        value.kind = Kind::TensorList;
        value.length = static_cast<int64_t>(tensors.size());
        for (size_t i = 0; i < tensors.size(); ++i) handles[i] = give(std::move(tensors[i]));
        value.objects = handles;    // freed by the caller
    } else if (result.isBool()) {
        value.kind = Kind::Bool;
        value.number = result.toBool();
    } else if (result.isInt()) {
        value.kind = Kind::Long;
        value.number = result.toInt();
    } else if (result.isDouble()) {
        value.kind = Kind::Double;
        value.real = result.toDouble();
    } else {
        TORCH_CHECK(result.isNone(), "a result of type ", result.tagKind(), " has no counterpart");
    }
    return value;
}

}  // namespace

// `name` as in the schema, without the namespace: "add.Tensor". The result lives for ever.
EXPORT const char* ft_operator_find(const char* name, void** result) {
    return guard([&] {
        std::string full(name);
        auto dot = full.find('.');
        auto overload = dot == std::string::npos ? "" : full.substr(dot + 1);
        *result = new Operator{c10::Dispatcher::singleton().findSchemaOrThrow(("aten::" + full.substr(0, dot)).c_str(), overload.c_str())};
    });
}

EXPORT const char* ft_operator_call(void* op, const Value* arguments, int64_t count, Value* results, int64_t* resultCount) {
    return guard([&] {
        auto& operation = *static_cast<Operator*>(op);
        auto& expected = operation.arguments();
        TORCH_CHECK(count <= static_cast<int64_t>(expected.size()), operation.handle.operator_name(), " takes ", expected.size(), " arguments, not ", count);
        torch::jit::Stack stack;
        stack.reserve(expected.size());
        for (size_t i = 0; i < expected.size(); ++i)
            stack.push_back(box(static_cast<int64_t>(i) < count ? &arguments[i] : nullptr, expected[i]));
        operation.handle.callBoxed(stack);
        TORCH_CHECK(static_cast<int64_t>(stack.size()) <= *resultCount, operation.handle.operator_name(), " has too many results");
        *resultCount = static_cast<int64_t>(stack.size());
        for (size_t i = 0; i < stack.size(); ++i) results[i] = unbox(std::move(stack[i]));
    });
}
