package dev.ragkit.pgvector;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Stands before a part of JDBC and does something else at some of its methods. */
final class Standin {
    private Standin() {}

    /** What to do instead of a method. */
    interface Instead {
        Object of(Method method, Object[] arguments) throws Throwable;
    }

    /** What a method called by reflection throws is thrown as it is. */
    static <T> T of(Class<T> type, Instead instead) {
        return type.cast(Proxy.newProxyInstance(
                Standin.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return instead.of(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
