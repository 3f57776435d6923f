// Prints the signature of a function by the classes of the C ABI: i4 and u4 for integers (with their bytes), f8 for floating point, p for
// pointers and references, s8 for a structure that registers may hold, m for an object that is returned in the caller's memory.
#include <cstdio>
#include <string>
#include <type_traits>

template <class T> std::string kind()
{
    if constexpr (std::is_void_v<T>)
        return "void";
    else if constexpr (std::is_pointer_v<T> || std::is_reference_v<T>)
        return "p";
    else if constexpr (std::is_floating_point_v<T>)
        return "f" + std::to_string(sizeof(T));
    else if constexpr (std::is_enum_v<T>)
        return "i" + std::to_string(sizeof(T));
    else if constexpr (std::is_integral_v<T>)
        return (std::is_signed_v<T> ? "i" : "u") + std::to_string(sizeof(T));
    else if constexpr (std::is_trivially_copyable_v<T>)
        return "s" + std::to_string(sizeof(T));
    else
        return "m";
}

template <class R, class... A> void print_function(const char *name, R (*)(A...))
{
    std::string parameters;
    ((parameters += (parameters.empty() ? "" : ",") + kind<A>()), ...);
    std::printf("function %s %s(%s)\n", name, kind<R>().c_str(), parameters.c_str());
}

#define FUNCTION(name) print_function(#name, static_cast<decltype(&name)>(nullptr));
#define CONSTANT(name, value) std::printf("constant %s %lld\n", name, static_cast<long long>(value));
