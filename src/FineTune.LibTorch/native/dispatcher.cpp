// Every operator of libtorch through one door: the boxed dispatcher. Arguments that the caller
// leaves out, or passes as None where the schema has no None, take the schema's defaults.
#include "abi.h"

namespace {

struct Operator {
    c10::OperatorHandle handle;
    const std::vector<c10::Argument>& arguments() const { return handle.schema().arguments(); }
};

c10::TypeKind elementKind(const c10::Type& type) { return type.containedType(0)->kind(); }

// Without the vector that IValue would copy it from.
template <typename Element, typename Source, typename Convert>
c10::IValue listOf(const Source* source, int64_t length, Convert convert) {
    c10::List<Element> elements;
    elements.reserve(length);
    for (int64_t i = 0; i < length; ++i) elements.push_back(convert(source[i]));
    return elements;
}

template <typename Element>
c10::IValue listOf(const Element* source, int64_t length) {
    return listOf<Element>(source, length, [](Element element) { return element; });
}

c10::IValue list(const Value& value, const c10::Type& type) {
    switch (value.kind) {
        case Kind::Long: return listOf<int64_t>(&value.number, 1);
        case Kind::LongList: return listOf<int64_t>(value.longs, value.length);
        case Kind::Double: return listOf<double>(&value.real, 1);
        case Kind::DoubleList: return listOf<double>(value.doubles, value.length);
        default: break;
    }
    if (elementKind(type) != c10::TypeKind::OptionalType) return listOf<at::Tensor>(value.objects, value.length, [](void* handle) { return borrow(handle); });
    return listOf<c10::optional<at::Tensor>>(value.objects, value.length,
        [](void* handle) { return handle == nullptr ? c10::nullopt : c10::make_optional(borrow(handle)); });
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

// The stack of arguments and results, kept by each thread so that a call allocates none. No operator calls back into
// this library, so one is enough; what an exception leaves on it goes with the next call.
static torch::jit::Stack& emptyStack() {
    static thread_local torch::jit::Stack stack;
    stack.clear();
    return stack;
}

// Without room for results (`*resultCount` is 0) these are dropped: an operator that writes into its first argument
// gives back what the caller has.
EXPORT const char* ft_operator_call(void* op, const Value* arguments, int64_t count, Value* results, int64_t* resultCount) {
    return guard([&] {
        auto& operation = *static_cast<Operator*>(op);
        auto& expected = operation.arguments();
        TORCH_CHECK(count <= static_cast<int64_t>(expected.size()), operation.handle.operator_name(), " takes ", expected.size(), " arguments, not ", count);
        auto& stack = emptyStack();
        for (size_t i = 0; i < expected.size(); ++i)
            stack.push_back(box(static_cast<int64_t>(i) < count ? &arguments[i] : nullptr, expected[i]));
        operation.handle.callBoxed(stack);
        if (*resultCount == 0) return stack.clear();
        TORCH_CHECK(static_cast<int64_t>(stack.size()) <= *resultCount, operation.handle.operator_name(), " has too many results");
        *resultCount = static_cast<int64_t>(stack.size());
        for (size_t i = 0; i < stack.size(); ++i) results[i] = unbox(std::move(stack[i]));
        stack.clear();
    });
}
