# One image for web, worker, scheduler and preparation; docker-compose.yml says which does what.
FROM python:3.12.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy \
    PATH=/srv/benigna/.venv/bin:$PATH BENIGNA_DATA_DIR=/data

WORKDIR /srv/benigna
COPY pyproject.toml uv.lock README.md ./
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv sync --frozen --no-dev --compile-bytecode --no-cache \
    && pip uninstall --yes uv
COPY . .

# Nobody needs to be root; the data folder is the one place that is written to.
RUN useradd --system --uid 10001 --create-home benigna && install -d -o benigna -m 0700 /data
USER benigna
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--preload", "--no-control-socket"]
